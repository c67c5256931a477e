#include "net/connection.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <string>

#include "connection_support.h"

namespace chat::net {
namespace {

using std::chrono::milliseconds;
using test::Client;
using test::Recorder;

class ConnectionTest : public test::ConnectionFixture {};
INSTANTIATE_TEST_SUITE_P(Transports, ConnectionTest, testing::Bool(),
                         [](const auto& transport) { return transport.param ? "Tls" : "Plain"; });

TEST_P(ConnectionTest, CarriesBytesBothWays) {
  shake_hands();
  EXPECT_TRUE(connection_->established());
  EXPECT_EQ(connection_->is_tls(), GetParam());
  EXPECT_STREQ(connection_->tls_version(), GetParam() ? "TLSv1.3" : "");
  connection_->send(SharedBytes("a"));
  connection_->send(SharedBytes("bc"));
  EXPECT_EQ(connection_->queued_bytes(), 3U);
  ASSERT_TRUE(until([&] { return client_.received() == "abc"; }));
  EXPECT_EQ(connection_->queued_bytes(), 0U);
  EXPECT_EQ(connection_->sent_bytes(), 3U);
}

TEST_P(ConnectionTest, SendsOfOneTurnLeaveTogether) {
  shake_hands();
  // Packets on loopback keep their bounds as long as the reader reads after each: count the reads.
  for (int i = 0; i < 50; ++i) connection_->send(SharedBytes("0123456789"));
  loop_.run_once(milliseconds(0));
  client_.pump();
  EXPECT_EQ(client_.received().size(), 500U);
}

TEST_P(ConnectionTest, LargeTransfersResumeAfterPartialWrites) {
  shake_hands();
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    const std::string piece(static_cast<std::size_t>(1 + i * 197 % 40'000),
                            static_cast<char>('a' + i % 26));
    expected += piece;
    connection_->send(SharedBytes(piece));
  }
  ASSERT_GT(expected.size(), 4'500'000U);
  client_.limit_reading(0);
  turn(20);
  EXPECT_GT(connection_->queued_bytes(), 0U);
  client_.limit_reading(SIZE_MAX);
  ASSERT_TRUE(until([&] { return client_.received().size() >= expected.size(); }));
  EXPECT_TRUE(client_.received() == expected);
  EXPECT_EQ(connection_->sent_bytes(), expected.size());
}

TEST_P(ConnectionTest, SendingGoesOnWhileAWriteWaits) {
  shake_hands();
  std::string expected;
  client_.limit_reading(0);
  for (int i = 0; i < 400; ++i) {
    const std::string piece(20'000, static_cast<char>('a' + i % 26));
    expected += piece;
    connection_->send(SharedBytes(piece));
    connection_->send(SharedBytes("x"));
    expected += "x";
    if (i % 20 == 0) turn(1);
  }
  client_.limit_reading(SIZE_MAX);
  ASSERT_TRUE(until([&] { return client_.received().size() >= expected.size(); }));
  EXPECT_TRUE(client_.received() == expected);
}

TEST_P(ConnectionTest, LargeInputArrivesInBoundedPieces) {
  const std::string input(3'000'000, 'i');
  client_.send(input);
  ASSERT_TRUE(until([&] { return handler_.received.size() == input.size(); }));
  EXPECT_LE(handler_.largest_read, EventLoop::kReadBufferSize);
  EXPECT_TRUE(handler_.received == input);
}

TEST_P(ConnectionTest, APausedConnectionReadsNothingUntilResumed) {
  shake_hands();
  connection_->pause_reading();
  client_.send("later");
  turn(10);
  EXPECT_EQ(handler_.received, "");
  connection_->resume_reading();
  ASSERT_TRUE(until([&] { return handler_.received == "later"; }));
}

TEST_P(ConnectionTest, PausingWithinOnDataKeepsTheRestBack) {
  shake_hands();
  const std::string input(1'000'000, 'p');
  handler_.then = [&] { connection_->pause_reading(); };
  client_.send(input);
  ASSERT_TRUE(until([&] { return !handler_.received.empty(); }));
  turn(10);
  EXPECT_EQ(handler_.reads, 2);
  EXPECT_LE(handler_.received.size(), EventLoop::kReadBufferSize);
  handler_.then = nullptr;
  connection_->resume_reading();
  ASSERT_TRUE(until([&] { return handler_.received.size() == input.size(); }));
}

TEST_P(ConnectionTest, APausedConnectionStillSends) {
  shake_hands();
  connection_->pause_reading();
  turn();
  const std::string big(4'000'000, 'b');
  connection_->send(SharedBytes(big));
  ASSERT_TRUE(until([&] { return client_.received().size() == big.size(); }));
}

TEST_P(ConnectionTest, TellsOnceWhenDrainedIfAsked) {
  shake_hands();
  connection_->send(SharedBytes("unasked"));
  ASSERT_TRUE(until([&] { return client_.received() == "unasked"; }));
  EXPECT_EQ(handler_.drained, 0);

  connection_->notify_when_drained();
  EXPECT_EQ(handler_.drained, 0) << "in a later turn, not within the call";
  ASSERT_TRUE(until([&] { return handler_.drained == 1; }));

  const std::string big(16'000'000, 'b');  // more than the kernel takes
  client_.limit_reading(0);
  connection_->send(SharedBytes(big));
  connection_->notify_when_drained();
  turn(10);
  EXPECT_EQ(handler_.drained, 1);
  client_.limit_reading(SIZE_MAX);
  ASSERT_TRUE(until([&] { return handler_.drained == 2; }));
  turn();
  EXPECT_EQ(handler_.drained, 2);
}

TEST_P(ConnectionTest, OnDrainedMaySendMore) {
  shake_hands();
  int pieces = 0;
  handler_.when_drained = [&] {
    if (++pieces > 20) return;
    connection_->send(SharedBytes(std::string(100'000, 'd')));
    connection_->notify_when_drained();
  };
  connection_->notify_when_drained();
  ASSERT_TRUE(until([&] { return client_.received().size() == 2'000'000U; }));
}

TEST_P(ConnectionTest, NoticesTheEndOfTheStream) {
  shake_hands();
  client_.send("last words");
  client_.pump();
  if (GetParam()) SSL_shutdown(client_.tls());
  client_.shut_down_writing();
  ASSERT_TRUE(until([&] { return handler_.cause.has_value(); }));
  EXPECT_EQ(*handler_.cause, CloseCause::peer_closed);
  EXPECT_EQ(handler_.received, "last words");
  EXPECT_EQ(counters_.live(0), 0U);
}

TEST_P(ConnectionTest, AnEndWithoutCloseNotifyIsOrderlyToo) {
  shake_hands();
  client_.shut_down_writing();
  ASSERT_TRUE(until([&] { return handler_.cause.has_value(); }));
  EXPECT_EQ(*handler_.cause, CloseCause::peer_closed);
}

TEST_P(ConnectionTest, NoticesAReset) {
  shake_hands();
  client_.reset_connection();
  ASSERT_TRUE(until([&] { return handler_.cause.has_value(); }));
  EXPECT_EQ(*handler_.cause, CloseCause::peer_reset);
}

TEST_P(ConnectionTest, NoticesAResetWhilePaused) {
  shake_hands();
  connection_->pause_reading();
  turn();
  client_.reset_connection();
  ASSERT_TRUE(until([&] { return handler_.cause.has_value(); }));
  EXPECT_EQ(*handler_.cause, CloseCause::peer_reset);
}

TEST_P(ConnectionTest, AnEndWhilePausedComesWithTheResumption) {
  shake_hands();
  connection_->pause_reading();
  turn();
  client_.send("before the end");
  client_.pump();
  client_.shut_down_writing();
  turn(5);
  EXPECT_FALSE(handler_.cause.has_value());
  connection_->resume_reading();
  ASSERT_TRUE(until([&] { return handler_.cause.has_value(); }));
  EXPECT_EQ(handler_.received, "before the end");
  EXPECT_EQ(*handler_.cause, CloseCause::peer_closed);
}

TEST_P(ConnectionTest, PausingInTheReadThatMeetsTheEndDelaysIt) {
  shake_hands();
  handler_.then = [&] { connection_->pause_reading(); };
  client_.send("data and end at once");
  client_.pump();
  if (GetParam()) SSL_shutdown(client_.tls());
  client_.shut_down_writing();
  ASSERT_TRUE(until([&] { return !handler_.received.empty(); }));
  turn(5);
  EXPECT_FALSE(handler_.cause.has_value());
  connection_->resume_reading();
  ASSERT_TRUE(until([&] { return handler_.cause.has_value(); }));
  EXPECT_EQ(*handler_.cause, CloseCause::peer_closed);
}

TEST_P(ConnectionTest, AnotherHandlerMayTakeOver) {
  Recorder other;
  handler_.then = [&] { connection_->set_handler(other); };
  client_.send("first");
  ASSERT_TRUE(until([&] { return handler_.received == "first"; }));
  client_.send("second");
  ASSERT_TRUE(until([&] { return other.received == "second"; }));
  client_.shut_down_writing();
  ASSERT_TRUE(until([&] { return other.cause.has_value(); }));
  EXPECT_FALSE(handler_.cause.has_value());
  connection_.reset();
}

class TlsConnectionTest : public ConnectionTest {};
INSTANTIATE_TEST_SUITE_P(Transports, TlsConnectionTest, testing::Values(true));

TEST_P(TlsConnectionTest, GarbageInsteadOfAHandshakeFails) {
  auto pair = test::make_tcp_pair();
  Recorder handler;
  const auto connection = Connection::open(loop_, std::move(pair.server),
                                           CountedPeer(counters_, 0, {}), &tls_, handler);
  Client client(std::move(pair.client));
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.pump();
  ASSERT_TRUE(test::run_until(loop_, [&] { return handler.cause.has_value(); }));
  EXPECT_EQ(*handler.cause, CloseCause::tls_failed);
  EXPECT_EQ(handler.received, "");
}

TEST_P(TlsConnectionTest, WhatIsSentBeforeTheHandshakeFollowsIt) {
  connection_->send(SharedBytes("early"));
  EXPECT_FALSE(connection_->established());
  ASSERT_TRUE(until([&] { return client_.received() == "early"; }));
}

TEST_P(TlsConnectionTest, ACorruptRecordEndsIt) {
  shake_hands();
  const std::string garbage(100, '\x17');
  ASSERT_EQ(::send(client_.fd(), garbage.data(), garbage.size(), 0), 100);
  ASSERT_TRUE(until([&] { return handler_.cause.has_value(); }));
  EXPECT_EQ(*handler_.cause, CloseCause::tls_failed);
}

TEST_P(TlsConnectionTest, CloseBeforeTheHandshakeIsBounded) {
  auto pair = test::make_tcp_pair();
  Recorder handler;
  const auto connection = Connection::open(loop_, std::move(pair.server),
                                           CountedPeer(counters_, 0, {}), &tls_, handler);
  connection->close_after_flush(milliseconds(200));
  ASSERT_TRUE(test::run_until(loop_, [&] { return handler.cause.has_value(); }));
  EXPECT_EQ(*handler.cause, CloseCause::finished);
}

TEST(ConnectionSizeTest, IsSmall) { EXPECT_LE(sizeof(Connection), 400U); }

}  // namespace
}  // namespace chat::net
