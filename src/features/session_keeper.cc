#include "features/session_keeper.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "base/rejected.h"
#include "coro/spawn.h"
#include "features/answer.h"

namespace chat::features {
namespace {

constexpr std::chrono::seconds kLook{1};
constexpr int kPartOfIdle = 20;
constexpr std::ptrdiff_t kBatch = 500;  // keeps Redis free for others between batches

}  // namespace

SessionKeeper::SessionKeeper(Services& services)
    : services_(services),
      kept_ms_(monotonic_ms()),
      timer_(services.loop.every(kLook, [this] { turn(); })) {}

void SessionKeeper::turn() {
  const std::chrono::milliseconds period = services_.settings.session_ttl / kPartOfIdle;
  const std::uint64_t now = monotonic_ms();
  if (keeping_ || now - kept_ms_ < static_cast<std::uint64_t>(period.count())) return;
  std::vector<std::string> ids;
  for (const session::Session* session : services_.registry.logged_in())
    if (!session->login().empty()) ids.push_back(session->login());
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  coro::spawn(keep_all(std::move(ids)));
}

coro::Task<void> SessionKeeper::keep_all(std::vector<std::string> ids) {
  keeping_ = true;
  const std::uint64_t begun = monotonic_ms();
  try {
    for (auto next = ids.begin(); next != ids.end();) {
      const auto end = next + std::min(kBatch, ids.end() - next);
      std::vector<std::string> batch(next, end);
      const std::vector<std::string> over = co_await services_.sessions.keep(std::move(batch));
      end_all(over);
      next = end;
    }
    kept_ms_ = begun;
  } catch (const Rejected& rejected) {
    log::debug("sessions in use are not prolonged yet: {}", rejected.detail());
  }
  keeping_ = false;
}

void SessionKeeper::end_all(const std::vector<std::string>& over) {
  if (over.empty()) return;
  services_.registry.for_each([&over](session::Session& session) {
    const bool ends =
        !session.login().empty() && std::ranges::find(over, session.login()) != over.end();
    if (ends) end_login(session, std::string());
  });
}

}  // namespace chat::features
