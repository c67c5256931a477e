// A rate limit: bursts up to a number of tokens, refilled steadily.
#pragma once

#include <algorithm>
#include <cstdint>

namespace chat::session {

// `burst` tokens at most; `per_second` new ones.
struct BucketRate {
  double burst;
  double per_second;
};

class TokenBucket {
 public:
  // A full bucket of `rate` at `now_ms`, on the monotonic clock.
  TokenBucket(const BucketRate& rate, std::uint64_t now_ms)
      : tokens_(static_cast<float>(rate.burst)), filled_ms_(static_cast<std::uint32_t>(now_ms)) {}

  // Takes one token; false when there is none.
  bool take(const BucketRate& rate, std::uint64_t now_ms) {
    const auto now = static_cast<std::uint32_t>(now_ms);
    const double refill = static_cast<double>(now - filled_ms_) * rate.per_second / 1000.0;
    tokens_ = static_cast<float>(std::min(rate.burst, tokens_ + refill));
    filled_ms_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  float tokens_;
  std::uint32_t filled_ms_;  // wraps with the difference intact
};

}  // namespace chat::session
