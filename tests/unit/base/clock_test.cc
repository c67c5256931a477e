#include "base/clock.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <ctime>
#include <utility>

namespace chat {
namespace {

TEST(Clock, WallTimeIsNow) {
  EXPECT_NEAR(unix_now(), static_cast<double>(std::time(nullptr)), 2.0);
}

TEST(Clock, WallTimeHasMicrosecondsAndNoMore) {
  const double now = unix_now();
  EXPECT_NEAR(now * 1e6, std::round(now * 1e6), 0.5);
}

TEST(Clock, MonotonicTimeNeverGoesBack) {
  std::uint64_t last = monotonic_ms();
  for (int count = 0; count < 100000; ++count) {
    const std::uint64_t now = monotonic_ms();
    ASSERT_GE(now, last);
    last = now;
  }
}

// Both clocks, read within the same millisecond.
std::pair<double, std::uint64_t> both_clocks() {
  while (true) {
    const std::uint64_t before = monotonic_ms();
    const double wall = unix_now();
    if (monotonic_ms() == before) return {wall, before};
  }
}

TEST(Clock, MonotonicTimeCountsMilliseconds) {
  const auto [wall_start, start] = both_clocks();
  while (monotonic_ms() < start + 20) {
  }
  const auto [wall_end, end] = both_clocks();
  EXPECT_NEAR(wall_end - wall_start, static_cast<double>(end - start) / 1000, 0.003);
}

}  // namespace
}  // namespace chat
