#include "config/wording.h"

#include <gtest/gtest.h>

namespace chat::config {
namespace {

const std::vector<std::string> kFlags{"--port", "--bind", "--workers", "--max-devices", "-p"};

TEST(Wording, SuggestsWhatWasLikelyMeant) {
  EXPECT_EQ(suggestion("--prot", kFlags), "; did you mean --port?");
  EXPECT_EQ(suggestion("--por", kFlags), "; did you mean --port?");
  EXPECT_EQ(suggestion("--max_device", kFlags), "; did you mean --max-devices?");
  EXPECT_EQ(suggestion("---workers", kFlags), "; did you mean --workers?");
}

TEST(Wording, SuggestsNothingForWhatIsLikeNothing) {
  EXPECT_EQ(suggestion("--something-else", kFlags), "");
  EXPECT_EQ(suggestion("start", kFlags), "");
  EXPECT_EQ(suggestion(std::string(100'000, 'x'), kFlags), "");
  EXPECT_EQ(suggestion("--port", {}), "");
}

TEST(Wording, WhatIsShownStaysOnOneLine) {
  EXPECT_EQ(shown("a\nb\r\x1b[31m\x7f"), "a?b??[31m?");
  EXPECT_EQ(shown("größe"), "größe");
  EXPECT_EQ(shown(std::string(101, 'x')), std::string(100, 'x') + "...");
}

}  // namespace
}  // namespace chat::config
