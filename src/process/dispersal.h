// Sends the clients of a worker away, one after the other over a time, so that they do not all come
// back at once.
//
// Owned by the worker while it drains.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "net/event_loop.h"
#include "session/registry.h"

namespace chat::process {

// How clients are told to leave.
struct Farewell {
  std::uint16_t code = 0;  // websocket::kGoingAway or kServiceRestart
  std::string reason;
  std::chrono::milliseconds spread{0};  // from the first to the last; 0: all at once
};

class Dispersal {
 public:
  // Those who are there leave in random order, each at a random moment of its own equal share of
  // the time.
  Dispersal(net::EventLoop& loop, session::Registry& registry, Farewell farewell);

  // One that came since leaves at a random moment of what remains.
  void add(std::uint64_t session);

 private:
  static constexpr std::chrono::milliseconds kTick{20};

  using Leaving = std::pair<std::uint64_t, std::uint64_t>;  // when (monotonic ms), session

  void close_due();
  std::uint64_t moment_in(double begin, double length);

  session::Registry& registry_;
  Farewell farewell_;
  std::uint64_t begun_;
  std::mt19937_64 random_{std::random_device()()};
  std::priority_queue<Leaving, std::vector<Leaving>, std::greater<>> leaving_;
  net::Timer timer_;
};

}  // namespace chat::process
