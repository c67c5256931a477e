#include <gtest/gtest.h>

#include <string>

#include "connection_support.h"
#include "net/connection.h"

namespace chat::net {
namespace {

using std::chrono::milliseconds;

class ConnectionCloseTest : public test::ConnectionFixture {};
INSTANTIATE_TEST_SUITE_P(Transports, ConnectionCloseTest, testing::Bool(),
                         [](const auto& transport) { return transport.param ? "Tls" : "Plain"; });

TEST_P(ConnectionCloseTest, CloseAfterFlushDeliversEverythingThenEnds) {
  shake_hands();
  const std::string big(3'000'000, 'f');
  connection_->send(SharedBytes(big));
  connection_->close_after_flush(std::chrono::seconds(5));
  EXPECT_TRUE(connection_->closing());
  connection_->send(SharedBytes("too late"));
  client_.send("nobody reads this, and it must not become a reset");
  ASSERT_TRUE(until([&] { return client_.closed(); }));
  EXPECT_EQ(client_.received().size(), big.size());
  EXPECT_FALSE(client_.reset());
  EXPECT_EQ(client_.got_close_notify(), GetParam());
  EXPECT_FALSE(handler_.cause.has_value()) << "it waits for the peer's end";
  client_.shut_down_writing();
  ASSERT_TRUE(until([&] { return handler_.cause.has_value(); }));
  EXPECT_EQ(*handler_.cause, CloseCause::finished);
  EXPECT_EQ(handler_.received, "");
}

TEST_P(ConnectionCloseTest, CloseAfterFlushWithinOnData) {
  handler_.then = [&] {
    connection_->send(SharedBytes("bye"));
    connection_->close_after_flush(std::chrono::seconds(5));
  };
  client_.send("request");
  ASSERT_TRUE(until([&] { return client_.closed(); }));
  EXPECT_EQ(client_.received(), "bye");
  client_.shut_down_writing();
  ASSERT_TRUE(until([&] { return handler_.cause.has_value(); }));
  EXPECT_EQ(*handler_.cause, CloseCause::finished);
}

TEST_P(ConnectionCloseTest, AHalfClosedPeerStillGetsTheAnswer) {
  shake_hands();
  const std::string big(3'000'000, 'h');
  connection_->send(SharedBytes(big));
  connection_->close_after_flush(std::chrono::seconds(5));
  client_.limit_reading(0);
  client_.shut_down_writing();
  turn(5);
  client_.limit_reading(SIZE_MAX);
  ASSERT_TRUE(until([&] { return client_.closed(); }));
  EXPECT_EQ(client_.received().size(), big.size());
  ASSERT_TRUE(until([&] { return handler_.cause.has_value(); }));
  EXPECT_EQ(*handler_.cause, CloseCause::finished);
}

TEST_P(ConnectionCloseTest, CloseAfterFlushGivesUpOnAPeerThatDoesNotRead) {
  shake_hands();
  client_.limit_reading(0);
  connection_->send(SharedBytes(std::string(8'000'000, 'n')));
  connection_->close_after_flush(milliseconds(300));
  ASSERT_TRUE(until([&] { return handler_.cause.has_value(); }));
  EXPECT_EQ(*handler_.cause, CloseCause::timed_out);
}

TEST_P(ConnectionCloseTest, CloseAfterFlushGivesUpOnAPeerThatDoesNotEnd) {
  shake_hands();
  connection_->close_after_flush(milliseconds(300));
  ASSERT_TRUE(until([&] { return handler_.cause.has_value(); }));
  EXPECT_EQ(*handler_.cause, CloseCause::finished);
  EXPECT_TRUE(client_.closed());
}

TEST_P(ConnectionCloseTest, APausedConnectionClosesInOrder) {
  shake_hands();
  connection_->pause_reading();
  turn();
  client_.send("unread");
  client_.pump();
  connection_->send(SharedBytes("bye"));
  connection_->close_after_flush(std::chrono::seconds(5));
  ASSERT_TRUE(until([&] { return client_.closed(); }));
  EXPECT_EQ(client_.received(), "bye");
  EXPECT_FALSE(client_.reset());
}

TEST_P(ConnectionCloseTest, LettingGoClosesAtOnceAndMakesNoMoreCalls) {
  shake_hands();
  connection_->send(SharedBytes("lost"));
  connection_.reset();
  EXPECT_EQ(counters_.live(0), 0U);
  ASSERT_TRUE(until([&] { return client_.closed(); }));
  EXPECT_FALSE(handler_.cause.has_value());
}

TEST_P(ConnectionCloseTest, MayBeDestroyedWithinOnData) {
  handler_.then = [&] { connection_.reset(); };
  client_.send(std::string(200'000, 'x'));
  ASSERT_TRUE(until([&] { return client_.closed(); }));
  EXPECT_EQ(handler_.reads, 1);
}

TEST_P(ConnectionCloseTest, MayBeDestroyedWithinOnDrained) {
  shake_hands();
  handler_.when_drained = [&] { connection_.reset(); };
  connection_->send(SharedBytes("x"));
  connection_->notify_when_drained();
  ASSERT_TRUE(until([&] { return client_.closed(); }));
  EXPECT_FALSE(handler_.cause.has_value());
}

TEST_P(ConnectionCloseTest, MayBeDestroyedWithinOnClosed) {
  shake_hands();
  handler_.when_closed = [&] { connection_.reset(); };
  client_.shut_down_writing();
  ASSERT_TRUE(until([&] { return connection_ == nullptr; }));
  turn();
}

TEST_P(ConnectionCloseTest, AWriteToAVanishedPeerEndsIt) {
  shake_hands();
  connection_->pause_reading();
  client_.reset_connection();
  connection_->send(SharedBytes(std::string(1'000'000, 'v')));
  ASSERT_TRUE(until([&] { return handler_.cause.has_value(); }));
  EXPECT_EQ(*handler_.cause, CloseCause::peer_reset);
}

TEST_P(ConnectionCloseTest, CallsAfterTheEndDoNothing) {
  shake_hands();
  client_.shut_down_writing();
  ASSERT_TRUE(until([&] { return handler_.cause.has_value(); }));
  connection_->send(SharedBytes("x"));
  connection_->pause_reading();
  connection_->resume_reading();
  connection_->notify_when_drained();
  connection_->close_after_flush(milliseconds(1));
  turn();
  EXPECT_EQ(handler_.drained, 0);
  EXPECT_EQ(connection_->queued_bytes(), 0U);
}

}  // namespace
}  // namespace chat::net
