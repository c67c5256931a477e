#include "net/event_loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "support.h"

namespace chat::net {
namespace {

using std::chrono::milliseconds;

TEST(EventLoopTest, RunsPostedTasksOfAThreadInOrder) {
  EventLoop loop;
  std::vector<int> order;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) loop.post([&order, i] { order.push_back(i); });
    loop.post([&loop] { loop.stop(); });
  });
  loop.run();
  other.join();
  ASSERT_EQ(order.size(), 1000U);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(EventLoopTest, TasksPostedByTasksRunInALaterTurn) {
  EventLoop loop;
  std::string order;
  loop.post([&] {
    loop.post([&] { order += "c"; });
    order += "a";
  });
  loop.post([&] { order += "b"; });
  EXPECT_TRUE(test::run_until(loop, [&] { return order == "abc"; }));
}

TEST(EventLoopTest, ManyThreadsPost) {
  EventLoop loop;
  int count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 500; ++j) loop.post([&count] { ++count; });
    });
  }
  EXPECT_TRUE(test::run_until(loop, [&] { return count == 2000; }));
  for (std::thread& thread : threads) thread.join();
}

TEST(EventLoopTest, StopBeforeRunEndsRunAtOnce) {
  EventLoop loop;
  loop.stop();
  loop.run();
  int turns = 0;
  const Timer timer = loop.after(milliseconds(1), [&] {
    ++turns;
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(turns, 1);
}

TEST(EventLoopTest, DestroysTasksThatNeverRan) {
  const auto token = std::make_shared<int>(1);
  {
    EventLoop loop;
    loop.post([token] { FAIL(); });
  }
  EXPECT_EQ(token.use_count(), 1);
}

TEST(EventLoopTest, OneShotAndPeriodicTimers) {
  EventLoop loop;
  int once = 0;
  int ticks = 0;
  const std::uint64_t begin = monotonic_ms();
  std::uint64_t fired = 0;
  const Timer single = loop.after(milliseconds(20), [&] {
    ++once;
    fired = monotonic_ms();
  });
  const Timer periodic = loop.every(milliseconds(5), [&] { ++ticks; });
  EXPECT_TRUE(test::run_until(loop, [&] { return once > 0 && ticks >= 10; }));
  EXPECT_EQ(once, 1);
  EXPECT_GE(fired + 1, begin + 20);
}

TEST(EventLoopTest, DestroyedTimersDoNotFire) {
  EventLoop loop;
  int fired = 0;
  {
    const Timer gone = loop.after(milliseconds(1), [&] { ++fired; });
  }
  Timer replaced = loop.after(milliseconds(1), [&] { fired += 10; });
  bool last = false;
  replaced = loop.after(milliseconds(10), [&] { last = true; });
  EXPECT_TRUE(test::run_until(loop, [&] { return last; }));
  EXPECT_EQ(fired, 0);
}

TEST(EventLoopTest, ATimerMayDestroyItselfWhileItRuns) {
  EventLoop loop;
  Timer timer;
  const auto token = std::make_shared<int>(7);
  int seen = 0;
  timer = loop.every(milliseconds(1), [&, token] {
    timer = Timer();
    seen += *token;  // still alive
  });
  EXPECT_TRUE(test::run_until(loop, [&] { return seen == 7; }));
  for (int i = 0; i < 5; ++i) loop.run_once(milliseconds(2));
  EXPECT_EQ(seen, 7);
  EXPECT_EQ(token.use_count(), 1);
}

TEST(EventLoopTest, TheWheelAdvancesByItself) {
  EventLoop loop;
  struct Owner {
    void fire() { fired = true; }
    bool fired = false;
    Deadline deadline = Deadline::calling<&Owner::fire>(this);
  } owner;
  loop.arm(owner.deadline, milliseconds(100));
  EXPECT_TRUE(test::run_until(loop, [&] { return owner.fired; }));
}

class Recorder : public TurnEnd {
 public:
  Recorder(EventLoop& loop, std::string& log, char name) : TurnEnd(loop), log_(log), name_(name) {}
  void request() { request_turn_end(); }
  std::function<void()> then = [] {};

 private:
  void on_turn_end() override {
    log_ += name_;
    then();
  }
  std::string& log_;
  char name_;
};

TEST(TurnEndTest, RunsOncePerTurnHoweverOftenRequested) {
  EventLoop loop;
  std::string log;
  Recorder a(loop, log, 'a');
  Recorder b(loop, log, 'b');
  loop.post([&] {
    a.request();
    b.request();
    a.request();
    log += ".";
  });
  EXPECT_TRUE(test::run_until(loop, [&] { return log == ".ab"; })) << log;
  loop.run_once(milliseconds(1));
  EXPECT_EQ(log, ".ab");
}

TEST(TurnEndTest, ARequestDuringTheTurnsEndIsForTheNextTurnWhichDoesNotWait) {
  EventLoop loop;
  std::string log;
  Recorder a(loop, log, 'a');
  int again = 3;
  a.then = [&] {
    if (again-- > 0) a.request();
  };
  a.request();
  const std::uint64_t begin = monotonic_ms();
  for (int i = 0; i < 4; ++i) loop.run_once(std::chrono::seconds(5));
  EXPECT_EQ(log, "aaaa");
  EXPECT_LT(monotonic_ms() - begin, 2000U);
}

TEST(TurnEndTest, DestructionWithdrawsTheRequest) {
  EventLoop loop;
  std::string log;
  auto a = std::make_unique<Recorder>(loop, log, 'a');
  auto b = std::make_unique<Recorder>(loop, log, 'b');
  auto c = std::make_unique<Recorder>(loop, log, 'c');
  b->request();
  a->request();
  c->request();
  b.reset();                     // waiting for the turn's end
  a->then = [&] { c.reset(); };  // in the middle of it
  loop.run_once(milliseconds(1));
  EXPECT_EQ(log, "a");
}

TEST(TurnEndTest, DestructionWithdrawsARequestForTheNextTurnDuringThisOne) {
  EventLoop loop;
  std::string log;
  auto a = std::make_unique<Recorder>(loop, log, 'a');
  Recorder b(loop, log, 'b');
  a->then = [&] { a->request(); };
  b.then = [&] { a.reset(); };
  a->request();
  b.request();
  loop.run_once(milliseconds(1));
  loop.run_once(milliseconds(1));
  EXPECT_EQ(log, "ab");
}

// Requests of more than one slice, each of which takes `cost`.
class LongTurnEnd : public testing::Test {
 protected:
  static constexpr std::size_t kCount = 1000;

  void request_all(std::chrono::microseconds cost = {}) {
    for (std::size_t i = 0; i < kCount; ++i) {
      auto one = std::make_unique<Recorder>(loop_, log_, 'x');
      one->then = [this, cost] {
        const auto until = std::chrono::steady_clock::now() + cost;
        while (std::chrono::steady_clock::now() < until) continue;
        served_ = std::chrono::steady_clock::now();
      };
      one->request();
      all_.push_back(std::move(one));
    }
  }

  EventLoop loop_;
  std::string log_;
  std::vector<std::unique_ptr<Recorder>> all_;
  std::chrono::steady_clock::time_point served_;
};

TEST_F(LongTurnEnd, LooksForEventsBetweenItsSlices) {
  request_all();
  loop_.run_once(milliseconds(1));
  loop_.post([this] { log_ += "!"; });
  EXPECT_TRUE(test::run_until(loop_, [this] { return log_.size() == kCount + 1; })) << log_.size();
  EXPECT_LT(log_.find('!'), kCount);
}

TEST_F(LongTurnEnd, ServesARequestForWhatIsStillAheadWithIt) {
  request_all();
  loop_.run_once(milliseconds(1));
  loop_.post([this] { all_.back()->request(); });
  EXPECT_TRUE(test::run_until(loop_, [this] { return log_.size() == kCount; }));
  for (int i = 0; i < 5; ++i) loop_.run_once(milliseconds(10));
  EXPECT_EQ(log_.size(), kCount);
}

TEST_F(LongTurnEnd, WhatIsDestroyedBetweenSlicesIsNotServed) {
  request_all();
  loop_.run_once(milliseconds(1));
  loop_.post([this] {
    all_.front()->request();  // served already: for the next round
    all_.pop_back();
    all_.front().reset();
  });
  EXPECT_TRUE(test::run_until(loop_, [this] { return log_.size() == kCount - 1; }));
  for (int i = 0; i < 5; ++i) loop_.run_once(milliseconds(10));
  EXPECT_EQ(log_.size(), kCount - 1);
}

TEST_F(LongTurnEnd, IsFollowedByARest) {
  request_all(std::chrono::microseconds(20));
  EXPECT_TRUE(test::run_until(loop_, [this] { return log_.size() == kCount; }));
  const auto ended = served_;
  all_.front()->request();
  EXPECT_TRUE(test::run_until(loop_, [this] { return log_.size() == kCount + 1; }));
  EXPECT_GE(served_ - ended, milliseconds(4));
}

TEST_F(LongTurnEnd, TheLoopMayEndInTheMiddleOfIt) {
  request_all();
  loop_.run_once(milliseconds(1));
  EXPECT_LT(log_.size(), kCount);
}

TEST(EventLoopTest, IgnoresSigpipe) {
  const EventLoop loop;
  struct sigaction action {};
  sigaction(SIGPIPE, nullptr, &action);
  EXPECT_EQ(action.sa_handler, SIG_IGN);
}

}  // namespace
}  // namespace chat::net
