// Waiting for a condition, with an end.
#pragma once

#include <chrono>
#include <thread>

#include "base/clock.h"

namespace chat::process {

// Whether `condition` becomes true within `patience`.
template <class Condition>
bool eventually(Condition condition,
                std::chrono::milliseconds patience = std::chrono::seconds(10)) {
  const std::uint64_t deadline = monotonic_ms() + static_cast<std::uint64_t>(patience.count());
  while (!condition()) {
    if (monotonic_ms() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace chat::process
