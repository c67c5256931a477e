#include "session/held_sending.h"

#include <gtest/gtest.h>

#include "session/peer.h"
#include "websocket/frame.h"

namespace chat::session::test {
namespace {

SharedBytes text(std::string_view payload) {
  return websocket::make_frame(websocket::Opcode::text, payload);
}

TEST(HeldSending, SendsTheAnswerAheadOfWhatWasHeldBack) {
  Peer peer;
  {
    HeldSending held(peer.session);
    peer.session->send_frame(text("news"));
    held.let_through();
    peer.session->send_frame(text("answer"));
  }
  peer.session->send_frame(text("more"));
  const std::string expected =
      "\x81\x06"
      "answer"
      "\x81\x04"
      "news"
      "\x81\x04"
      "more";
  EXPECT_TRUE(peer.until([&] { return peer.received == expected; }));
}

TEST(HeldSending, SendsWhatWasHeldBackWhenTheLoginFails) {
  Peer peer;
  {
    HeldSending held(peer.session);
    peer.session->send_frame(text("news"));
  }
  EXPECT_TRUE(peer.until([&] {
    return peer.received ==
           "\x81\x04"
           "news";
  }));
}

TEST(HeldSending, WhatIsHeldBackHasTheBoundOfAnOutbox) {
  SessionLimits limits;
  limits.outbox_limit = 64 * 1024;
  Peer peer(limits);
  HeldSending held(peer.session);
  const SharedBytes frame(std::string(16 * 1024, 'x'));
  for (int i = 0; i < 5; ++i) peer.session->send_frame(frame);
  EXPECT_FALSE(peer.session->closed());
  peer.session->send_frame(frame);
  EXPECT_TRUE(peer.session->closed());
}

TEST(HeldSending, ClosingSendsWhatWasHeldBackFirst) {
  Peer peer;
  HeldSending held(peer.session);
  peer.session->send_frame(text("notice"));
  peer.session->close(1000, {});
  EXPECT_TRUE(peer.until([&] {
    return peer.received.starts_with(
        "\x81\x06"
        "notice\x88");
  }));
}

}  // namespace
}  // namespace chat::session::test
