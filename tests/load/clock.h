// The clock that everything here is timed by.
#pragma once

#include <cstdint>
#include <ctime>

namespace load {

// Monotonic nanoseconds, the same in all processes of a machine.
inline std::uint64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

inline double seconds_since(std::uint64_t begun_ns) {
  return static_cast<double>(now_ns() - begun_ns) / 1e9;
}

}  // namespace load
