#include "process/estate.h"

#include <gtest/gtest.h>

namespace chat::process {
namespace {

Estate sample() {
  Estate estate;
  estate.master = 4711;
  estate.address = "[::]:8080";
  estate.listener = 5;
  estate.pid_path = "/run/a=b c.pid";
  estate.pid_file = 6;
  estate.redis_data = "/var/lib/chatd/data";
  estate.lifeline_watch = 7;
  estate.lifeline_hold = 8;
  estate.redis_guard = 4712;
  estate.ticket_keys = "00ff";
  estate.ticket_seconds = 3600;
  return estate;
}

TEST(Estate, IsReadAsItWasWritten) {
  const Estate estate = Estate::parse(sample().to_text());
  EXPECT_EQ(estate.master, 4711);
  EXPECT_EQ(estate.address, "[::]:8080");
  EXPECT_EQ(estate.listener, 5);
  EXPECT_EQ(estate.pid_path, "/run/a=b c.pid");
  EXPECT_EQ(estate.pid_file, 6);
  EXPECT_EQ(estate.redis_data, "/var/lib/chatd/data");
  EXPECT_EQ(estate.lifeline_watch, 7);
  EXPECT_EQ(estate.lifeline_hold, 8);
  EXPECT_EQ(estate.redis_guard, 4712);
  EXPECT_EQ(estate.ticket_keys, "00ff");
  EXPECT_EQ(estate.ticket_seconds, 3600);
}

TEST(Estate, WhatAnotherVersionDoesNotSayIsNotThere) {
  const Estate estate = Estate::parse("listener=9\n");
  EXPECT_EQ(estate.listener, 9);
  EXPECT_EQ(estate.master, 0);
  EXPECT_EQ(estate.pid_file, -1);
  EXPECT_TRUE(estate.pid_path.empty());
  EXPECT_EQ(Estate::parse("").listener, -1);
}

TEST(Estate, WhatAnotherVersionSaysBesideIsPassedOver) {
  const Estate estate = Estate::parse("a line\nfuture=1\n\n=\nlistener=nine\npid_file=6");
  EXPECT_EQ(estate.listener, -1);
  EXPECT_EQ(estate.pid_file, 6);
}

}  // namespace
}  // namespace chat::process
