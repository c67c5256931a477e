// How long to wait before a process that died at birth is started again: longer every time.
#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

namespace chat::process {

class Backoff {
 public:
  static constexpr std::chrono::milliseconds kFirst{100};
  static constexpr std::chrono::milliseconds kLongest{10'000};

  // The wait before the next attempt.
  std::chrono::milliseconds next() { return std::exchange(wait_, std::min(wait_ * 2, kLongest)); }

  // The last attempt went well.
  void reset() { wait_ = kFirst; }

 private:
  std::chrono::milliseconds wait_ = kFirst;
};

}  // namespace chat::process
