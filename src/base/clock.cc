#include "base/clock.h"

#include <ctime>

namespace chat {

double unix_now() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  const auto microseconds = static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
  return static_cast<double>(microseconds) / 1e6;
}

std::uint64_t monotonic_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}

}  // namespace chat
