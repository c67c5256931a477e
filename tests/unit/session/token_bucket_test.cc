#include "session/token_bucket.h"

#include <gtest/gtest.h>

namespace chat::session {
namespace {

constexpr BucketRate kRate{3, 2};

int taken(TokenBucket& bucket, std::uint64_t now_ms) {
  int count = 0;
  while (bucket.take(kRate, now_ms)) ++count;
  return count;
}

TEST(TokenBucket, StartsFullAndRunsOut) {
  TokenBucket bucket(kRate, 1000);
  EXPECT_EQ(taken(bucket, 1000), 3);
  EXPECT_FALSE(bucket.take(kRate, 1000));
}

TEST(TokenBucket, RefillsSteadilyUpToItsBurst) {
  TokenBucket bucket(kRate, 1000);
  taken(bucket, 1000);
  EXPECT_EQ(taken(bucket, 1499), 0);
  EXPECT_EQ(taken(bucket, 1500), 1);
  EXPECT_EQ(taken(bucket, 100'000), 3);
}

TEST(TokenBucket, OutlastsTheWrapOfItsClock) {
  constexpr std::uint64_t kBeforeWrap = (std::uint64_t{1} << 32) - 100;
  TokenBucket bucket(kRate, kBeforeWrap);
  taken(bucket, kBeforeWrap);
  EXPECT_EQ(taken(bucket, kBeforeWrap + 1000), 2);
}

}  // namespace
}  // namespace chat::session
