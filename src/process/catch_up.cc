#include "process/catch_up.h"

#include <chrono>
#include <utility>

#include "base/log.h"
#include "base/rejected.h"
#include "session/registry.h"
#include "session/session.h"
#include "store/messages.h"
#include "store/pauses.h"
#include "store/redis.h"
#include "websocket/close_code.h"

namespace chat::process {
namespace {

constexpr std::chrono::milliseconds kRenumberPause{100};

}  // namespace

coro::Task<void> CatchUp::check() {
  bool lost = false;
  try {
    lost = !co_await newest_.is_held();
  } catch (const Rejected& rejected) {
    log::debug("not known whether Redis lost something: {}", rejected.detail());
  }
  if (lost) co_await run(true);
}

// Clients reconnect and read what they missed.
coro::Task<void> CatchUp::run(bool went_back) {
  // Both the bus and check() may find out; clients that are back already need not go again.
  if (went_back && std::exchange(told_outage_, outages_) == outages_) co_return;
  log::warn("{}; {} clients are sent to catch up",
            went_back ? "Redis lost its newest data" : "entries of the bus were missed",
            services_.registry.logged_in().size());
  if (went_back) co_await renumber();
  services_.registry.for_each([](session::Session& session) {
    session.close(websocket::kServiceRestart, "messages were missed: reconnect and catch up");
  });
}

// The bus may be back before the commands are; numbers must not go on under the old epoch.
coro::Task<void> CatchUp::renumber() {
  while (!services_.stopping) {
    try {
      co_await services_.redis.ready();
      co_await services_.messages.begin_era();
      co_return;
    } catch (const Rejected& rejected) {
      log::warn("no new numbering yet: {}", rejected.what());
    }
    co_await services_.pauses.sleep(kRenumberPause);
  }
}

}  // namespace chat::process
