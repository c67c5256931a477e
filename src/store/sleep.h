// A pause in a coroutine: `co_await sleep_for(loop, delay);`.
#pragma once

#include <chrono>

#include "coro/completion.h"
#include "coro/task.h"
#include "net/event_loop.h"

namespace chat::store {

inline coro::Task<void> sleep_for(net::EventLoop& loop, std::chrono::milliseconds delay) {
  coro::Completion<bool> over;
  const net::Timer timer = loop.after(delay, [&over] { over.complete(true); });
  co_await over;
}

}  // namespace chat::store
