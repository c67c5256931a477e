#include "store/pauses.h"

#include <utility>

namespace chat::store {

coro::Task<void> Pauses::sleep(std::chrono::milliseconds delay) {
  if (over_) co_return;
  coro::Completion<bool> woken;
  const net::Timer timer = loop_.after(delay, [&woken] { woken.complete(true); });
  sleepers_.insert(&woken);
  co_await woken;
  sleepers_.erase(&woken);
}

void Pauses::end() {
  over_ = true;
  for (coro::Completion<bool>* sleeper : std::exchange(sleepers_, {})) sleeper->complete(true);
}

}  // namespace chat::store
