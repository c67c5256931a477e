#include "features/presence.h"

#include <chrono>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "base/rejected.h"
#include "coro/spawn.h"
#include "features/answer.h"
#include "features/call_keeper.h"

namespace chat::features {

using protocol::Wire;
using session::Session;
using session::SessionPtr;

namespace {

constexpr std::chrono::seconds kRenewEvery{3};
constexpr std::chrono::milliseconds kGrace{6'000};  // for all to come back and renew
constexpr std::chrono::seconds kDigestEvery{1};
constexpr std::chrono::seconds kRetryDeparture{1};

// Counts something for as long as it lives.
class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(count) { ++count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --count_; }

 private:
  std::size_t& count_;
};

std::string online_body(const store::User& user, const std::string& trace_id) {
  protocol::UserOnline event;
  event.user.user_id = user.id;
  event.user.username = user.name;
  event.user.avatar = user.avatar;
  event.timestamp = unix_now();
  event.trace_id = trace_id;
  return protocol::encode(Wire::v1, event);
}

std::string quit_body(const std::string& user_id, const std::string& user_name) {
  protocol::UserQuit event;
  event.user.user_id = user_id;
  event.user.username = user_name;
  event.timestamp = unix_now();
  return protocol::encode(Wire::v1, event);
}

std::string superseded_body() {
  protocol::Notice notice = protocol::notice_of(Refusal::superseded);
  notice.timestamp = unix_now();
  return protocol::encode(Wire::v1, notice);
}

store::Wire wire_of(const Session& session) {
  return session.is_legacy() ? store::Wire::legacy : store::Wire::v1;
}

coro::Task<void> join_groups(Services& services, SessionPtr me) {
  services.registry.begin_groups(*me);
  const auto groups = co_await services.groups.list_of(me->user_id());
  std::vector<std::string> ids;
  ids.reserve(groups.size());
  for (const store::Group& group : groups) ids.push_back(group.id);
  services.registry.finish_groups(*me, ids);
}

// In the registry first: whatever is posted from the moment of connect() on must find it there.
coro::Task<void> enter_presence(Services& services, SessionPtr me, store::User user,
                                std::string login, std::string trace_id) {
  services.registry.log_in(*me);
  const std::string announcement = online_body(user, trace_id);
  const std::string kick = superseded_body();
  co_await services.presence.connect(user.id, me->id(), wire_of(*me), announcement, kick, login);
  co_await join_groups(services, me);
}

// Looked at once more when it is set: from then on this connection hears of its end.
coro::Task<void> change_login(Services& services, SessionPtr me, store::LoginSession login) {
  me->set_login(login.id, login.left);
  const bool live = co_await services.sessions.is_live(login.id);
  if (!live) end_login(*me, std::string());
}

}  // namespace

coro::Task<void> come_online(Services& services, SessionPtr me, store::User user,
                             store::LoginSession login, std::string trace_id) {
  if (me->closed()) co_return;
  if (me->user_id() == user.id) {
    co_await change_login(services, me, std::move(login));
    co_return;
  }
  if (me->logged_in()) {
    Departure departure(*me);
    services.registry.log_out(*me);
    me->clear_user();
    co_await depart(services, std::move(departure));
    if (me->closed()) co_return;
  }
  me->set_user(user.id, user.name);
  me->set_login(login.id, login.left);
  std::optional<Rejected> failure;
  try {
    co_await enter_presence(services, me, user, login.id, trace_id);
  } catch (const Rejected& rejected) {
    failure = rejected;
  }
  Departure departure(*me);
  if (failure && !me->closed()) {
    services.registry.log_out(*me);
    me->clear_user();
  }
  // Closed meanwhile: its own departure may have come before it was connected.
  if (failure || me->closed()) co_await depart(services, std::move(departure));
  if (failure) throw *failure;
}

Departure::Departure(const Session& session)
    : user_id(session.user_id()), user_name(session.user_name()), connection(session.id()) {}

coro::Task<void> depart(Services& services, Departure departure) {
  const Counted counted(services.departing);
  const std::string announcement = quit_body(departure.user_id, departure.user_name);
  bool off_the_list = false;
  while (!services.stopping) {
    try {
      if (!off_the_list)
        co_await services.presence.disconnect(departure.user_id, departure.connection,
                                              announcement);
      off_the_list = true;
      co_await do_what_is_due(services);
      co_return;
    } catch (const Rejected& rejected) {
      log::debug("departure not yet told: {}", rejected.what());
    }
    if (!services.stopping) co_await services.pauses.sleep(kRetryDeparture);
  }
}

PresenceKeeper::PresenceKeeper(Services& services)
    : services_(services),
      lease_timer_(services.loop.every(kRenewEvery, [this] { renew_now(); })),
      digest_timer_(services.loop.every(kDigestEvery, [this] { coro::spawn(send_digest()); })) {}

coro::Task<void> PresenceKeeper::start(std::vector<std::string> dead_workers) {
  co_await services_.presence.heartbeat(kLease);
  started_ = true;
  for (const std::string& worker : dead_workers) {
    std::vector<std::string> gone = co_await services_.presence.sweep(worker);
    co_await tell_gone(std::move(gone));
  }
}

coro::Task<void> PresenceKeeper::leave(std::string worker) {
  lease_timer_ = net::Timer();
  std::vector<std::string> gone = co_await services_.presence.sweep(std::move(worker));
  co_await tell_gone(std::move(gone));
}

void PresenceKeeper::redis_is_back() {
  back_ms_ = monotonic_ms();
  renew_now();
}

void PresenceKeeper::renew_now() {
  if (started_ && !renewing_) coro::spawn(renew());
}

coro::Task<void> PresenceKeeper::renew() {
  renewing_ = true;
  try {
    const bool known = co_await services_.presence.heartbeat(kLease);
    if (!known) services_.bus.note_sweep();
    if (monotonic_ms() - back_ms_ >= static_cast<std::uint64_t>(kGrace.count())) {
      std::vector<std::string> gone = co_await services_.presence.sweep_expired();
      co_await tell_gone(std::move(gone));
    }
  } catch (const Rejected& rejected) {
    log::debug("the lease is not renewed: {}", rejected.what());
  }
  renewing_ = false;
}

coro::Task<void> PresenceKeeper::tell_gone(std::vector<std::string> users) {
  if (users.empty()) co_return;
  const std::size_t online = co_await services_.presence.total();
  // Of so many the total is told, as send_digest() does.
  if (online + users.size() > services_.settings.presence_threshold) co_return;
  const auto profiles = co_await services_.users.profiles(users);
  for (const store::Profile& profile : profiles) {
    protocol::UserQuit event;
    event.user.user_id = profile.id;
    event.user.username = profile.name;
    co_await post(services_, std::string(bus::kEverybody), event);
  }
}

coro::Task<void> PresenceKeeper::send_digest() {
  std::size_t total = 0;
  try {
    total = co_await services_.presence.total();
  } catch (const Rejected&) {
    co_return;
  }
  const bool many = total > services_.settings.presence_threshold;
  const bool news = total != told_total_ && (many || digesting_);
  digesting_ = many;
  told_total_ = total;
  if (!news) co_return;
  protocol::PresenceDigest digest;
  digest.online_total = static_cast<std::int64_t>(total);
  digest.timestamp = unix_now();
  protocol::OnlineCount count;
  count.mess = digest.online_total;
  count.timestamp = digest.timestamp;
  session::Sessions legacy;
  session::Sessions others;
  for (Session* session : services_.registry.logged_in())
    (session->is_legacy() ? legacy : others).push_back(session);
  services_.bus.send(legacy, count);
  services_.bus.send(others, digest);
}

}  // namespace chat::features
