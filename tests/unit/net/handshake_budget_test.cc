#include "net/handshake_budget.h"

#include <gtest/gtest.h>

namespace chat::net {
namespace {

using std::chrono::milliseconds;

TEST(HandshakeBudget, StepsArePutOffOnceTheShareIsUsedUp) {
  HandshakeBudget budget;
  EXPECT_TRUE(budget.may_step());
  budget.spend(milliseconds(3));
  EXPECT_TRUE(budget.may_step());
  budget.spend(milliseconds(3));
  EXPECT_FALSE(budget.may_step());
  EXPECT_FALSE(budget.may_step());
}

TEST(HandshakeBudget, ATurnBeginsWithTheWholeShareAndKnowsWhoWaited) {
  HandshakeBudget budget;
  budget.spend(milliseconds(10));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(budget.may_step());
  EXPECT_EQ(budget.waiting(), 0U);
  budget.begin_turn();
  EXPECT_EQ(budget.waiting(), 3U);
  EXPECT_TRUE(budget.may_step());
  budget.begin_turn();
  EXPECT_EQ(budget.waiting(), 0U);
}

}  // namespace
}  // namespace chat::net
