#include "features/group_keeper.h"

#include <chrono>

#include "base/log.h"
#include "base/rejected.h"
#include "coro/spawn.h"

namespace chat::features {
namespace {

constexpr std::chrono::seconds kLook{1};
constexpr std::chrono::milliseconds kPause{20};  // leaves Redis to others

}  // namespace

GroupKeeper::GroupKeeper(Services& services)
    : services_(services), timer_(services.loop.every(kLook, [this] {
        if (!removing_) coro::spawn(remove_dissolved());
      })) {}

coro::Task<void> GroupKeeper::remove_dissolved() {
  removing_ = true;
  try {
    bool more = co_await services_.groups.remove_dissolved();
    while (more) {
      co_await services_.pauses.sleep(kPause);
      more = co_await services_.groups.remove_dissolved();
    }
  } catch (const Rejected& rejected) {
    log::debug("dissolved groups are not removed yet: {}", rejected.detail());
  }
  removing_ = false;
}

}  // namespace chat::features
