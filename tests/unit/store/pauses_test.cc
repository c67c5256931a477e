#include "store/pauses.h"

#include <vector>

#include "store/store_test.h"

namespace chat::store {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class PausesTest : public StoreTest {
 protected:
  coro::Task<void> sleep(milliseconds delay) {
    co_await pauses_.sleep(delay);
    ++woken_;
  }

  Pauses pauses_{loop_};
  int woken_ = 0;
};

TEST_F(PausesTest, APauseEndsWhenItsTimeIsOver) {
  coro::spawn(sleep(hours(1)));
  await(sleep(milliseconds(20)));
  EXPECT_EQ(woken_, 1);
  pauses_.end();
}

TEST_F(PausesTest, TheEndWakesEverybodyAndNobodySleepsAfterIt) {
  for (int i = 0; i < 3; ++i) coro::spawn(sleep(hours(1)));
  EXPECT_EQ(woken_, 0);
  pauses_.end();
  EXPECT_EQ(woken_, 3);
  coro::spawn(sleep(hours(1)));
  EXPECT_EQ(woken_, 4);
}

}  // namespace
}  // namespace chat::store
