#include "process/catch_up.h"

#include <chrono>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "base/rejected.h"
#include "session/registry.h"
#include "session/session.h"
#include "store/pauses.h"
#include "store/redis.h"
#include "websocket/close_code.h"

namespace chat::process {
namespace {

constexpr std::chrono::milliseconds kRenumberPause{100};
constexpr std::uint64_t kOneLoss = 5'000;  // ms
constexpr std::string_view kWentBack = "Redis lost its newest data";

}  // namespace

void CatchUp::note_outage() {
  ++outages_;
  continuity_.doubt();
}

coro::Task<void> CatchUp::check() {
  if (!had_outage()) co_return;
  const bool held = co_await is_held();
  // Both the bus and check() may find out; clients that are back already need not go again.
  if (held || bus_told_ == outages_) co_return;
  check_told_ms_ = monotonic_ms();
  co_await renumber();
  send_away(kWentBack);
}

coro::Task<bool> CatchUp::is_held() {
  try {
    const bool held = co_await newest_.is_held();
    if (held) co_await continuity_.confirm();
    co_return held;
  } catch (const Rejected& rejected) {
    log::debug("not known whether Redis lost something: {}", rejected.detail());
  }
  co_return true;
}

coro::Task<void> CatchUp::run(bool went_back) {
  if (!went_back) {
    send_away("entries of the bus were missed");
    co_return;
  }
  const auto told = std::exchange(check_told_ms_, std::nullopt);
  if (told && monotonic_ms() - *told < kOneLoss) co_return;
  bus_told_ = outages_;
  co_await renumber();
  send_away(kWentBack);
}

// Clients reconnect and read what they missed.
void CatchUp::send_away(std::string_view why) {
  log::warn("{}; {} clients are sent to catch up", why, services_.registry.logged_in().size());
  services_.registry.for_each([](session::Session& session) {
    session.close(websocket::kServiceRestart, "messages were missed: reconnect and catch up");
  });
}

// The bus may be back before the commands are; numbers must not go on under the old epoch.
coro::Task<void> CatchUp::renumber() {
  while (!services_.stopping) {
    try {
      co_await services_.redis.ready();
      co_await continuity_.begin_era();
      co_return;
    } catch (const Rejected& rejected) {
      log::warn("no new numbering yet: {}", rejected.what());
    }
    co_await services_.pauses.sleep(kRenumberPause);
  }
}

}  // namespace chat::process
