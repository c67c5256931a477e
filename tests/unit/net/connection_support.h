// A connection over loopback, plain or TLS, with a handler that records and a client.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>

#include "net/connection.h"
#include "support.h"

namespace chat::net::test {

struct Recorder final : ConnectionHandler {
  void on_data(std::span<char> bytes) override {
    ++reads;
    largest_read = std::max(largest_read, bytes.size());
    received.append(bytes.data(), bytes.size());
    if (then) then();
  }
  void on_drained() override {
    ++drained;
    if (when_drained) when_drained();
  }
  void on_closed(CloseCause why) override {
    EXPECT_FALSE(cause.has_value()) << "closed twice";
    cause = why;
    if (when_closed) when_closed();
  }

  std::string received;
  int reads = 0;
  std::size_t largest_read = 0;
  int drained = 0;
  std::optional<CloseCause> cause;
  std::function<void()> then;
  std::function<void()> when_drained;
  std::function<void()> when_closed;
};

// Every test runs over plain TCP and over TLS.
class ConnectionFixture : public testing::TestWithParam<bool> {
 protected:
  ConnectionFixture() : client_(open()) {
    if (GetParam()) client_.start_tls();
  }

  UniqueFd open() {
    auto pair = make_tcp_pair();
    connection_ = Connection::open(loop_, std::move(pair.server), CountedPeer(counters_, 0, {}),
                                   GetParam() ? &tls_ : nullptr, handler_);
    return std::move(pair.client);
  }

  bool until(const std::function<bool()>& done) {
    return run_until(loop_, [&] {
      client_.pump();
      return done();
    });
  }

  void turn(int times = 3) {
    for (int i = 0; i < times; ++i) {
      client_.pump();
      loop_.run_once(std::chrono::milliseconds(1));
    }
  }

  void shake_hands() {
    client_.send("hello");
    ASSERT_TRUE(until([&] { return handler_.received == "hello"; }));
    handler_.received.clear();
  }

  TempFolder folder_;
  TicketKeys keys_;
  TlsContext tls_{make_certificate(folder_), keys_, std::chrono::hours(1)};
  SharedCounters counters_{1};
  EventLoop loop_;
  Recorder handler_;
  ConnectionPtr connection_;
  Client client_;
};

}  // namespace chat::net::test
