// Waiting until what was sent to clients has been written: deliveries faster than the loop writes
// would fill every outbox, and be taken for readers that are too slow.
//
// Owned by the bus.
#pragma once

#include "coro/completion.h"
#include "coro/task.h"
#include "net/event_loop.h"

namespace chat::bus {

class Written final : private net::TurnEnd {
 public:
  explicit Written(net::EventLoop& loop) : TurnEnd(loop) {}

  // Ends once every connection that had something to write has been written to, as far as its
  // client takes it; false: close() was called. One at a time.
  coro::Task<bool> wait();

  // Ends a wait() under way, and every later one at once.
  void close();

 private:
  void on_turn_end() override;

  coro::Completion<bool>* waiting_ = nullptr;
  bool closed_ = false;
};

}  // namespace chat::bus
