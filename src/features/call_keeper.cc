#include "features/call_keeper.h"

#include <chrono>

#include "base/log.h"
#include "base/rejected.h"
#include "coro/spawn.h"

namespace chat::features {
namespace {

constexpr std::chrono::seconds kLook{1};

}  // namespace

coro::Task<void> do_what_is_due(Services& services) {
  bool more = true;
  while (more) more = co_await services.calls.do_what_is_due();
}

CallKeeper::CallKeeper(Services& services)
    : services_(services), timer_(services.loop.every(kLook, [this] {
        if (!looking_) coro::spawn(look());
      })) {}

coro::Task<void> CallKeeper::look() {
  looking_ = true;
  try {
    co_await do_what_is_due(services_);
  } catch (const Rejected& rejected) {
    log::debug("calls are not looked after: {}", rejected.what());
  }
  looking_ = false;
}

}  // namespace chat::features
