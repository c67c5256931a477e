#include "net/thread_pool.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>

#include "support.h"

namespace chat::net {
namespace {

ThreadPool::Options options(unsigned threads, std::size_t queue_limit) {
  return {.threads = threads, .queue_limit = queue_limit, .niceness = 5};
}

TEST(ThreadPoolTest, RunsJobsOnThreadsAndAnswersOnTheLoop) {
  EventLoop loop;
  ThreadPool pool(loop, options(2, 1000));
  const auto loop_thread = std::this_thread::get_id();
  int done = 0;
  std::atomic<int> jobs = 0;
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(pool.submit(
        [&] {
          EXPECT_NE(std::this_thread::get_id(), loop_thread);
          ++jobs;
        },
        [&] {
          EXPECT_EQ(std::this_thread::get_id(), loop_thread);
          ++done;
        }));
  }
  EXPECT_TRUE(test::run_until(loop, [&] { return done == 200; }));
  EXPECT_EQ(jobs, 200);
}

TEST(ThreadPoolTest, RefusesWhenTheQueueIsFull) {
  EventLoop loop;
  ThreadPool pool(loop, options(1, 3));
  std::promise<void> gate;
  const std::shared_future<void> open = gate.get_future().share();
  std::promise<void> started;
  int done = 0;
  ASSERT_TRUE(pool.submit(
      [&] {
        started.set_value();
        open.wait();
      },
      [&] { ++done; }));
  started.get_future().wait();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(pool.submit([] {}, [&] { ++done; }));
  EXPECT_EQ(pool.waiting(), 3U);
  bool ran = false;
  EXPECT_FALSE(pool.submit([&] { ran = true; }, [&] { ran = true; }));
  gate.set_value();
  EXPECT_TRUE(test::run_until(loop, [&] { return done == 4; }));
  EXPECT_FALSE(ran);
  EXPECT_TRUE(pool.submit([] {}, [&] { ++done; }));
  EXPECT_TRUE(test::run_until(loop, [&] { return done == 5; }));
}

TEST(ThreadPoolTest, ThreadsAreNiceAndTakeNoSignals) {
  EventLoop loop;
  ThreadPool pool(loop, options(1, 8));
  int niceness = 0;
  sigset_t mask;
  bool done = false;
  ASSERT_TRUE(pool.submit(
      [&] {
        niceness = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
        pthread_sigmask(SIG_SETMASK, nullptr, &mask);
      },
      [&] { done = true; }));
  EXPECT_TRUE(test::run_until(loop, [&] { return done; }));
  EXPECT_EQ(niceness, 5);
  EXPECT_EQ(sigismember(&mask, SIGTERM), 1);
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  EXPECT_EQ(sigismember(&mask, SIGTERM), 0);
}

TEST(ThreadPoolTest, DestructionFinishesRunningJobsAndDropsTheRest) {
  EventLoop loop;
  std::promise<void> started;
  std::atomic<bool> finished = false;
  bool answered = false;
  bool dropped_ran = false;
  std::atomic<bool> dropped = false;
  {
    ThreadPool pool(loop, options(1, 8));
    ASSERT_TRUE(pool.submit(
        [&] {
          started.set_value();
          while (!dropped) std::this_thread::yield();
          finished = true;
        },
        [&] { answered = true; }));
    std::shared_ptr<void> witness(nullptr, [&](void*) { dropped = true; });
    ASSERT_TRUE(pool.submit([&, witness] { dropped_ran = true; }, [] {}));
    witness.reset();
    started.get_future().wait();
  }
  EXPECT_TRUE(finished);
  for (int i = 0; i < 3; ++i) loop.run_once(std::chrono::milliseconds(1));
  EXPECT_FALSE(answered);
  EXPECT_FALSE(dropped_ran);
}

TEST(ThreadPoolTest, AStoppedPoolHasDestroyedAllAndTakesNothing) {
  EventLoop loop;
  ThreadPool pool(loop, options(1, 8));
  std::weak_ptr<int> alive;
  {
    const auto witness = std::make_shared<int>(0);
    alive = witness;
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(pool.submit([witness] {}, [witness] {}));
  }
  pool.stop();
  EXPECT_TRUE(alive.expired());
  EXPECT_FALSE(pool.submit([] {}, [] {}));
  pool.stop();
}

TEST(ThreadPoolTest, FunctionsAreDestroyedOnTheLoopsThread) {
  EventLoop loop;
  ThreadPool pool(loop, options(2, 100));
  const auto loop_thread = std::this_thread::get_id();
  std::atomic<int> elsewhere = 0;
  int done = 0;
  for (int i = 0; i < 50; ++i) {
    const std::shared_ptr<void> witness(nullptr, [&](void*) {
      if (std::this_thread::get_id() != loop_thread) ++elsewhere;
    });
    ASSERT_TRUE(pool.submit([witness] {}, [witness, &done] { ++done; }));
  }
  EXPECT_TRUE(test::run_until(loop, [&] { return done == 50; }));
  EXPECT_EQ(elsewhere, 0);
}

TEST(ThreadPoolTest, AnAnswerMaySubmitAgain) {
  EventLoop loop;
  ThreadPool pool(loop, options(1, 4));
  int rounds = 0;
  std::function<void()> again = [&] {
    if (++rounds < 100) {
      EXPECT_TRUE(pool.submit([] {}, again));
    }
  };
  ASSERT_TRUE(pool.submit([] {}, again));
  EXPECT_TRUE(test::run_until(loop, [&] { return rounds == 100; }));
}

}  // namespace
}  // namespace chat::net
