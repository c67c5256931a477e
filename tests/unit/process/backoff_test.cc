#include "process/backoff.h"

#include <gtest/gtest.h>

namespace chat::process {
namespace {

TEST(Backoff, DoublesUpToItsLongest) {
  Backoff backoff;
  EXPECT_EQ(backoff.next(), Backoff::kFirst);
  EXPECT_EQ(backoff.next(), 2 * Backoff::kFirst);
  for (int count = 0; count < 20; ++count) backoff.next();
  EXPECT_EQ(backoff.next(), Backoff::kLongest);
}

TEST(Backoff, StartsAnewAfterSuccess) {
  Backoff backoff;
  backoff.next();
  backoff.next();
  backoff.reset();
  EXPECT_EQ(backoff.next(), Backoff::kFirst);
}

}  // namespace
}  // namespace chat::process
