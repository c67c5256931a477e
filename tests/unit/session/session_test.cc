#include "session/session.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "coro/spawn.h"
#include "session/peer.h"
#include "websocket/close_code.h"

namespace chat::session::test {
namespace {

using std::chrono::milliseconds;

constexpr unsigned kText = 1;
constexpr unsigned kBinary = 2;
constexpr unsigned kClose = 8;
constexpr unsigned kPing = 9;

TEST(Session, RunsMessagesOneAfterTheOther) {
  Peer peer;
  coro::Completion<bool> release;
  peer.notes.wait = &release;
  peer.send(masked_frame(kText, "one") + masked_frame(kText, "two"));
  ASSERT_TRUE(peer.until([&] { return !peer.notes.messages.empty(); }));
  EXPECT_EQ(peer.notes.messages, std::vector<std::string>{"one"});
  peer.notes.wait = nullptr;
  release.complete(true);
  EXPECT_EQ(peer.notes.messages, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(peer.notes.finished, 2);
}

TEST(Session, StreamsALegacyClientsBinaryMessageAsAnUpload) {
  Peer peer;
  peer.send(masked_frame(kBinary, "the file"));
  ASSERT_TRUE(peer.until([&] { return peer.notes.upload_complete; }));
  EXPECT_EQ(peer.notes.upload, "the file");
  EXPECT_TRUE(peer.notes.messages.empty());
}

TEST(Session, TakesBinaryMessagesOnTheMsgpackWireAndRefusesText) {
  Peer peer({}, protocol::Wire::v1);
  peer.send(masked_frame(kBinary, "\x80"));
  ASSERT_TRUE(peer.until([&] { return peer.notes.messages.size() == 1; }));
  peer.send(masked_frame(kText, "{}"));
  EXPECT_TRUE(peer.until([&] { return peer.got_close(websocket::kUnsupportedData); }));
  EXPECT_EQ(peer.notes.messages.size(), 1u);
}

TEST(Session, AnswersPings) {
  Peer peer;
  peer.send(masked_frame(kPing, "beat"));
  EXPECT_TRUE(peer.until([&] { return peer.received == std::string("\x8A\x04") + "beat"; }));
}

TEST(Session, EchoesTheClientsCloseCodeAndLeavesTheRegistry) {
  Peer peer;
  peer.send(masked_frame(kClose, "\x03\xE8"));
  ASSERT_TRUE(peer.until([&] { return peer.got_close(1000); }));
  peer.client.reset();
  EXPECT_TRUE(peer.until([&] { return peer.notes.closed == 1; }));
  EXPECT_EQ(peer.registry.size(), 0u);
}

TEST(Session, SendsNothingOnceClosedAndDropsWhatWaits) {
  Peer peer;
  coro::Completion<bool> release;
  peer.notes.wait = &release;
  peer.notes.reply_with_frame = true;
  peer.send(masked_frame(kText, "slow") + masked_frame(kText, "dropped"));
  ASSERT_TRUE(peer.until([&] { return !peer.notes.messages.empty(); }));
  peer.client.reset();
  ASSERT_TRUE(peer.until([&] { return peer.notes.closed == 1; }));
  release.complete(true);
  EXPECT_EQ(peer.notes.finished, 1);
  EXPECT_EQ(peer.notes.messages.size(), 1u);
}

TEST(Session, ClosesAReaderThatLetsTooMuchWait) {
  SessionLimits limits;
  limits.outbox_limit = 64 * 1024;
  Peer peer(limits);
  peer.reading = false;
  const SharedBytes frame(std::string(16 * 1024, 'x'));
  for (int i = 0; i < 100 && !peer.session->closed(); ++i) {
    peer.session->send_frame(frame);
    peer.loop.run_once(milliseconds(0));
  }
  EXPECT_TRUE(peer.session->closed());
  peer.reading = true;
  EXPECT_TRUE(peer.until([&] { return peer.got_close(websocket::kTryAgainLater); }));
}

coro::Task<void> wait_for_drain(SessionPtr session, bool& over) {
  co_await session->drained();
  over = true;
}

TEST(Session, WhoIsCutOffKeepsNobodyWaiting) {
  Peer peer;
  peer.reading = false;
  const SharedBytes frame(std::string(512 * 1024, 'x'));
  for (int i = 0; i < 3; ++i) peer.session->send_frame(frame);
  bool over = false;
  coro::spawn(wait_for_drain(peer.session, over));
  peer.loop.run_once(milliseconds(10));
  EXPECT_FALSE(over);
  peer.session->cut("the worker ends");
  EXPECT_TRUE(over);
  EXPECT_TRUE(peer.session->closed());
  peer.session->cut("again");
  EXPECT_EQ(peer.notes.closed, 1);
  EXPECT_EQ(peer.registry.size(), 0u);
}

TEST(Session, ClosesWhoeverDoesNotLogInInTime) {
  SessionLimits limits;
  limits.login_timeout = milliseconds(300);
  Peer peer(limits);
  EXPECT_TRUE(peer.until([&] { return peer.got_close(websocket::kPolicyViolation); }));
}

TEST(Session, WhoeverAskedInTimeIsAnsweredBeforeTheTimeIsLookedAt) {
  SessionLimits limits;
  limits.login_timeout = milliseconds(300);
  Peer peer(limits);
  coro::Completion<bool> release;
  peer.notes.wait = &release;
  const std::uint64_t begun = monotonic_ms();
  peer.send(masked_frame(kText, "a login"));
  peer.send(masked_frame(kText, "another"));
  EXPECT_TRUE(peer.until([&] { return monotonic_ms() - begun > 900; }));
  EXPECT_FALSE(peer.session->closed()) << "an answer is owed";
  coro::Completion<bool> second;
  peer.notes.wait = &second;
  release.complete(true);
  EXPECT_TRUE(peer.until([&] { return peer.got_close(websocket::kPolicyViolation); }))
      << "the second was begun too late";
  second.complete(true);
  EXPECT_TRUE(peer.until([&] { return peer.notes.finished == 2; }));
}

TEST(Session, EndsWithItsLoginSession) {
  SessionLimits limits;
  limits.ping_interval = milliseconds(300);
  Peer peer(limits);
  peer.session->set_user("ann", "Ann");
  peer.session->set_login("id", milliseconds(500));
  EXPECT_TRUE(peer.until([&] { return peer.got_close(4204); }));
}

TEST(Session, PingsTheSilentAndGivesTheDeadUp) {
  SessionLimits limits;
  limits.ping_interval = milliseconds(300);
  Peer peer(limits);
  ASSERT_TRUE(peer.until([&] { return peer.received == std::string("\x89\x00", 2); }));
  EXPECT_EQ(peer.notes.closed, 0);
  EXPECT_TRUE(peer.until([&] { return peer.notes.closed == 1; }));
}

TEST(Session, FailsTheConnectionOnAProtocolError) {
  Peer peer;
  peer.send("\x81\x01x");
  EXPECT_TRUE(peer.until([&] { return peer.got_close(websocket::kProtocolError); }));
}

TEST(Session, StopsReadingWhileTooMuchWaitsForThePump) {
  SessionLimits limits;
  limits.inbox_limit = 4 * 1024;
  Peer peer(limits);
  peer.session->set_user("7", "Ann");
  coro::Completion<bool> release;
  peer.notes.wait = &release;
  const std::string frame = masked_frame(kText, std::string(1000, 'x'));
  std::size_t sent = 0;
  const auto flood = [&] {
    while (::send(peer.client.get(), frame.data(), frame.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(frame.size()))
      ++sent;
  };
  for (int turn = 0; turn < 50; ++turn) {
    flood();
    peer.loop.run_once(milliseconds(1));
  }
  const std::size_t held = sent;
  flood();
  EXPECT_EQ(sent, held);  // the kernel's buffers are full, and nobody empties them
  peer.notes.wait = nullptr;
  release.complete(true);
  EXPECT_TRUE(peer.until([&] { return peer.notes.messages.size() >= held; }));
}

TEST(Session, CountsRequests) {
  SessionLimits limits;
  limits.request_rate = {1, 0.001};
  Peer peer(limits);
  EXPECT_TRUE(peer.session->take_request_token());
  EXPECT_FALSE(peer.session->take_request_token());
}

}  // namespace
}  // namespace chat::session::test
