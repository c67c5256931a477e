// Work for the thread pool, awaited: `auto verdict = co_await offload(pool, std::move(check));`.
#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/rejected.h"
#include "coro/completion.h"
#include "coro/task.h"
#include "net/thread_pool.h"

namespace chat::store {

// Runs `work` on a thread of `pool` and yields what it returns or throws. `work` must own all that
// it touches and return something. Throws Rejected(busy) when the pool's queue is full.
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
      [&] { finished.complete(true); });
  if (!accepted) throw Rejected(Refusal::busy, "the thread pool is full");
  co_await finished;
  if (failure) std::rethrow_exception(failure);
  co_return std::move(*result);
}

}  // namespace chat::store
