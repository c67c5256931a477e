#include "store/offload.h"

#include <new>
#include <stdexcept>
#include <thread>

#include "store/store_test.h"

namespace chat::store {
namespace {

class OffloadTest : public StoreTest {
 protected:
  net::ThreadPool pool_{loop_, {}};
};

TEST_F(OffloadTest, RunsOnAnotherThreadAndComesBack) {
  std::thread::id after;
  const auto run = [](net::ThreadPool& pool, std::thread::id& back) -> coro::Task<std::thread::id> {
    const auto id = co_await offload(pool, &std::this_thread::get_id);
    back = std::this_thread::get_id();
    co_return id;
  };
  EXPECT_NE(await(run(pool_, after)), std::this_thread::get_id());
  EXPECT_EQ(after, std::this_thread::get_id());
}

TEST_F(OffloadTest, PassesWhatTheWorkThrows) {
  auto fail = []() -> int { throw std::runtime_error("no disk"); };
  EXPECT_THROW(await(offload(pool_, fail)), std::runtime_error);
}

TEST_F(OffloadTest, WorkWithoutMemoryIsBusy) {
  auto starve = []() -> int { throw std::bad_alloc(); };
  EXPECT_EQ(refusal_of(offload(pool_, starve)), Refusal::busy);
}

TEST_F(OffloadTest, AFullPoolIsBusy) {
  net::ThreadPool tiny(loop_, {.threads = 1, .queue_limit = 0});
  EXPECT_EQ(refusal_of(offload(tiny, [] { return 1; })), Refusal::busy);
}

TEST_F(OffloadTest, NobodyWaitsForAPoolThatIsStopped) {
  net::ThreadPool pool(loop_, {.threads = 1, .queue_limit = 10});
  int ran = 0;
  int refused = 0;
  const auto ask = [](net::ThreadPool& from, int& runs, int& refusals) -> coro::Task<void> {
    try {
      auto work = [&runs] { return ++runs; };
      co_await offload(from, std::move(work));
    } catch (const Rejected& rejected) {
      EXPECT_EQ(rejected.refusal(), Refusal::busy);
      ++refusals;
    }
  };
  for (int i = 0; i < 5; ++i) coro::spawn(ask(pool, ran, refused));
  pool.stop();
  EXPECT_EQ(refused, 5) << "whether the work was done or not: its answer can no longer be told";
  coro::spawn(ask(pool, ran, refused));
  EXPECT_EQ(refused, 6);
  loop_.run_once(std::chrono::milliseconds(1));
  EXPECT_LE(ran, 5);
}

}  // namespace
}  // namespace chat::store
