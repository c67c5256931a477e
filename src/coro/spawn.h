// Starts a task that nobody awaits.
#pragma once

#include <coroutine>
#include <exception>

#include "coro/task.h"

namespace chat::coro {

namespace detail {

// Frees its own frame when it ends.
struct Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

inline Detached run_detached(Task<void> task) { co_await task; }

}  // namespace detail

// Runs `task` up to its first suspension; it then lives until it ends. An exception that leaves it
// ends the process: whoever spawns handles refusals inside the task.
inline void spawn(Task<void> task) { detail::run_detached(std::move(task)); }

}  // namespace chat::coro
