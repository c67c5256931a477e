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

TEST(HandshakeBudget, ATurnKnowsWhoWaitedInTheOneBefore) {
  HandshakeBudget budget;
  budget.spend(milliseconds(10));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(budget.may_step());
  EXPECT_EQ(budget.waiting(), 0U);
  budget.begin_turn();
  EXPECT_EQ(budget.waiting(), 3U);
  budget.begin_turn();
  EXPECT_EQ(budget.waiting(), 0U);
}

TEST(HandshakeBudget, ARoundBeginsWithTheWholeShare) {
  HandshakeBudget budget;
  budget.spend(milliseconds(10));
  budget.begin_turn();
  EXPECT_FALSE(budget.may_step());
  budget.begin_round();
  EXPECT_TRUE(budget.may_step());
}

}  // namespace
}  // namespace chat::net
