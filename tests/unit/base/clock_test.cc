#include "base/clock.h"

#include <gtest/gtest.h>

#include <cmath>
#include <ctime>

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

TEST(Clock, MonotonicTimeCountsMilliseconds) {
  const double wall_start = unix_now();
  const std::uint64_t start = monotonic_ms();
  while (monotonic_ms() < start + 20) {
  }
  EXPECT_NEAR(unix_now() - wall_start, 0.020, 0.015);
}

}  // namespace
}  // namespace chat
