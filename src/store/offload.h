// Work for the thread pool, awaited: `auto verdict = co_await offload(pool, std::move(check));`.
#pragma once

#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/rejected.h"
#include "coro/completion.h"
#include "coro/task.h"
#include "net/thread_pool.h"

namespace chat::store {

namespace detail {

// What a job threw; memory that it could not have is no reason to end the worker.
[[noreturn]] inline void rethrow(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::bad_alloc&) {
    throw Rejected(Refusal::busy, "out of memory");
  }
}

// Wakes a coroutine: with true when it is told so, with false when it is destroyed before.
class Waker {
 public:
  explicit Waker(coro::Completion<bool>& sleeper) : sleeper_(&sleeper) {}
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;
  ~Waker() {
    if (sleeper_ != nullptr) sleeper_->complete(false);
  }

  void wake() { std::exchange(sleeper_, nullptr)->complete(true); }

 private:
  coro::Completion<bool>* sleeper_;
};

}  // namespace detail

// Runs `work` on a thread of `pool` and yields what it returns or throws. `work` must own all that
// it touches and return something. Throws Rejected(busy) when the pool's queue is full, when there
// is no memory for the work, or when the pool is stopped before it was done.
template <class Work>
coro::Task<std::invoke_result_t<Work&>> offload(net::ThreadPool& pool, Work work) {
  std::optional<std::invoke_result_t<Work&>> result;
  std::exception_ptr failure;
  coro::Completion<bool> finished;
  const bool accepted = pool.submit(
      [&] {
        try {
          result.emplace(work());
        } catch (...) {
          failure = std::current_exception();
        }
      },
      [waker = std::make_shared<detail::Waker>(finished)] { waker->wake(); });
  if (!accepted) throw Rejected(Refusal::busy, "the thread pool is full");
  if (!co_await finished) throw Rejected(Refusal::busy, "the thread pool is stopped");
  if (failure) detail::rethrow(failure);
  co_return std::move(*result);
}

}  // namespace chat::store
