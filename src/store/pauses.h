// Pauses in coroutines, `co_await pauses.sleep(delay);`, which the end of the worker cuts short.
//
// Owned by the worker; used on its event loop only.
#pragma once

#include <chrono>
#include <unordered_set>

#include "coro/completion.h"
#include "coro/task.h"
#include "net/event_loop.h"

namespace chat::store {

class Pauses {
 public:
  explicit Pauses(net::EventLoop& loop) : loop_(loop) {}

  // Ends after `delay`, or with all the others when end() is called.
  coro::Task<void> sleep(std::chrono::milliseconds delay);

  // Wakes everybody who sleeps; nobody sleeps from here on.
  void end();

 private:
  net::EventLoop& loop_;
  std::unordered_set<coro::Completion<bool>*> sleepers_;
  bool over_ = false;
};

}  // namespace chat::store
