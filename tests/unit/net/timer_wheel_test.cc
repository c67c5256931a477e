#include "net/timer_wheel.h"

#include <gtest/gtest.h>

#include <list>
#include <memory>
#include <vector>

namespace chat::net {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kTick = 100;

struct Alarm {
  explicit Alarm(std::function<void()> what = [] {}) : on_fire(std::move(what)) {}
  void fire() {
    ++fired;
    on_fire();
  }
  int fired = 0;
  std::function<void()> on_fire;
  Deadline deadline = Deadline::calling<&Alarm::fire>(this);
};

class TimerWheelTest : public testing::Test {
 protected:
  // Advances in steps the wheel counts in full.
  void pass(std::uint64_t ms) {
    for (const std::uint64_t end = now_ + ms; now_ < end;) {
      now_ += std::min<std::uint64_t>(kTick, end - now_);
      wheel_.advance(now_);
    }
  }

  std::uint64_t now_ = 12'345;
  TimerWheel wheel_{milliseconds(kTick), now_};
};

TEST_F(TimerWheelTest, FiresOnceNeverEarlyAndAtMostTwoTicksLate) {
  for (const std::uint64_t delay : {0, 1, 99, 100, 101, 1000, 25'600, 60'000}) {
    Alarm alarm;
    pass(37);
    const std::uint64_t armed = now_;
    wheel_.arm(alarm.deadline, milliseconds(delay));
    EXPECT_TRUE(alarm.deadline.armed());
    while (alarm.fired == 0 && now_ < armed + delay + 10 * kTick) pass(1);
    EXPECT_EQ(alarm.fired, 1) << delay;
    EXPECT_GE(now_, armed + delay);
    EXPECT_LE(now_, armed + delay + 2 * kTick);
    EXPECT_FALSE(alarm.deadline.armed());
    pass(3 * delay + 1000);
    EXPECT_EQ(alarm.fired, 1);
  }
}

TEST_F(TimerWheelTest, LongDelaysSurviveRevolutions) {
  Alarm alarm;
  wheel_.arm(alarm.deadline, milliseconds(256 * kTick * 3 + 50));
  pass(256 * kTick * 3);
  EXPECT_EQ(alarm.fired, 0);
  pass(3 * kTick);
  EXPECT_EQ(alarm.fired, 1);
}

TEST_F(TimerWheelTest, CancelAndRearm) {
  Alarm alarm;
  wheel_.arm(alarm.deadline, milliseconds(500));
  alarm.deadline.cancel();
  EXPECT_FALSE(alarm.deadline.armed());
  pass(2000);
  EXPECT_EQ(alarm.fired, 0);

  wheel_.arm(alarm.deadline, milliseconds(500));
  pass(400);
  wheel_.arm(alarm.deadline, milliseconds(1000));
  pass(900);
  EXPECT_EQ(alarm.fired, 0);
  pass(500);
  EXPECT_EQ(alarm.fired, 1);
}

TEST_F(TimerWheelTest, DestructionCancels) {
  auto alarm = std::make_unique<Alarm>();
  Alarm other;
  wheel_.arm(alarm->deadline, milliseconds(500));
  wheel_.arm(other.deadline, milliseconds(500));
  alarm.reset();
  pass(1000);
  EXPECT_EQ(other.fired, 1);
}

TEST_F(TimerWheelTest, CallbackMayArmItselfAndDestroyOthers) {
  Alarm repeating;
  repeating.on_fire = [&] { wheel_.arm(repeating.deadline, milliseconds(100)); };
  auto doomed = std::make_unique<Alarm>();
  Alarm killer([&] { doomed.reset(); });
  wheel_.arm(killer.deadline, milliseconds(300));
  wheel_.arm(doomed->deadline, milliseconds(300));
  wheel_.arm(repeating.deadline, milliseconds(100));
  pass(1500);
  EXPECT_EQ(killer.fired, 1);
  EXPECT_EQ(doomed, nullptr);
  EXPECT_GE(repeating.fired, 5);
}

TEST_F(TimerWheelTest, CallbackMayDestroyItsOwnDeadline) {
  auto alarm = std::make_unique<Alarm>();
  bool fired = false;
  alarm->on_fire = [&] { fired = true; };
  struct Owner {
    void fire() { self.reset(); }
    std::unique_ptr<Owner>& self;
    Deadline deadline = Deadline::calling<&Owner::fire>(this);
  };
  std::unique_ptr<Owner> owner;
  owner.reset(new Owner{owner});
  wheel_.arm(owner->deadline, milliseconds(100));
  wheel_.arm(alarm->deadline, milliseconds(100));
  pass(500);
  EXPECT_EQ(owner, nullptr);
  EXPECT_TRUE(fired);
}

TEST_F(TimerWheelTest, RearmingInTheSlotBeingFiredWaitsARevolution) {
  Alarm alarm;
  alarm.on_fire = [&] {
    if (alarm.fired == 1) wheel_.arm(alarm.deadline, milliseconds(255 * kTick));
  };
  wheel_.arm(alarm.deadline, milliseconds(100));
  pass(500);
  EXPECT_EQ(alarm.fired, 1);
  pass(256 * kTick);
  EXPECT_EQ(alarm.fired, 2);
}

TEST_F(TimerWheelTest, TimeTheProcessDidNotRunHardlyCounts) {
  Alarm alarm;
  wheel_.arm(alarm.deadline, milliseconds(30'000));
  now_ += 3'600'000;
  wheel_.advance(now_);
  EXPECT_EQ(alarm.fired, 0);
  pass(31'000);
  EXPECT_EQ(alarm.fired, 1);
}

TEST_F(TimerWheelTest, ManyDeadlinesFireInTheirTick) {
  std::list<Alarm> alarms;
  for (int i = 0; i < 10'000; ++i) {
    wheel_.arm(alarms.emplace_back().deadline, milliseconds(i % 3000));
  }
  pass(1500);
  for (int i = 0; Alarm & alarm : alarms) {
    if (i % 3000 > 1500) {
      EXPECT_EQ(alarm.fired, 0);
    } else if (i % 3000 < 1300) {
      EXPECT_EQ(alarm.fired, 1);
    }
    ++i;
  }
  pass(2000);
  for (const Alarm& alarm : alarms) EXPECT_EQ(alarm.fired, 1);
}

TEST(TimerWheelLifeTest, DeadlinesMayOutliveTheWheelUnarmed) {
  Alarm alarm;
  {
    TimerWheel wheel(milliseconds(100), 0);
    wheel.arm(alarm.deadline, milliseconds(100));
  }
  EXPECT_FALSE(alarm.deadline.armed());
}

TEST(TimerWheelLifeTest, ADeadlineIsSmall) { EXPECT_LE(sizeof(Deadline), 40U); }

}  // namespace
}  // namespace chat::net
