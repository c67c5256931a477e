// The bridge from callbacks to coroutines: one side awaits, the other completes, once.
//
// Lives in the awaiting coroutine's frame; the callback keeps a plain pointer to it, which stays
// valid because a suspended coroutine is never destroyed.
#pragma once

#include <coroutine>
#include <optional>
#include <utility>

namespace chat::coro {

template <class T>
class Completion {
 public:
  Completion() = default;
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  // Hands over the value and resumes the waiter, if it waits already.
  void complete(T value) {
    value_.emplace(std::move(value));
    if (waiter_) std::exchange(waiter_, nullptr).resume();
  }

  bool await_ready() const noexcept { return value_.has_value(); }
  void await_suspend(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
  T await_resume() { return std::move(*value_); }

 private:
  std::optional<T> value_;
  std::coroutine_handle<> waiter_;
};

}  // namespace chat::coro
