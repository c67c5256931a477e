// How much of a loop's round goes into TLS handshakes, by far the dearest thing a stranger can ask
// for. A round is a turn, or the turns in which a long turn's end is run.
//
// A handshake that finds the round's share used up waits for the next, its socket still
// readable, while those who are connected are served in between: a flood of newcomers slows down
// newcomers. Part of the event loop.
#pragma once

#include <chrono>
#include <cstddef>

namespace chat::net {

class HandshakeBudget {
 public:
  using Clock = std::chrono::steady_clock;

  // Whether a step of a handshake may be taken in this round; if not, it is counted as waiting.
  bool may_step() {
    if (used_ < kShare) return true;
    ++put_off_;
    return false;
  }

  void spend(Clock::duration time) { used_ += time; }

  // Handshakes that were ready in the turn before, and had to wait for this one.
  std::size_t waiting() const { return waiting_; }

  void begin_turn() {
    waiting_ = put_off_;
    put_off_ = 0;
  }

  void begin_round() { used_ = {}; }

 private:
  static constexpr std::chrono::milliseconds kShare{5};

  Clock::duration used_{};
  std::size_t put_off_ = 0;
  std::size_t waiting_ = 0;
};

}  // namespace chat::net
