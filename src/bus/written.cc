#include "bus/written.h"

#include <utility>

namespace chat::bus {

// Turns' ends are served in the order in which they were asked for, so this comes behind those
// connections.
coro::Task<bool> Written::wait() {
  if (closed_) co_return false;
  coro::Completion<bool> served;
  waiting_ = &served;
  request_turn_end();
  co_return co_await served;
}

void Written::close() {
  closed_ = true;
  if (waiting_ != nullptr) std::exchange(waiting_, nullptr)->complete(false);
}

void Written::on_turn_end() {
  if (waiting_ != nullptr) std::exchange(waiting_, nullptr)->complete(true);
}

}  // namespace chat::bus
