// Coming online and going offline: the registry of this worker, the presence everybody sees, and
// what is told to whom about it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "coro/task.h"
#include "features/services.h"
#include "net/event_loop.h"
#include "session/session.h"
#include "store/users.h"

namespace chat::features {

// How long a worker counts as alive that is not heard of.
inline constexpr std::chrono::seconds kLease{20};

// Makes `user` the user of this connection: messages reach it from now on. An earlier user of the
// connection goes offline first. `trace_id` is that of the login. Refuses: login_required and
// disabled when the login session or the account ended meanwhile, busy, storage_unavailable; then
// nobody is logged in here.
coro::Task<void> come_online(Services& services, session::SessionPtr me, store::User user,
                             store::LoginSession login, std::string trace_id);

// A connection that is gone, or whose user is: what remains to be told.
struct Departure {
  explicit Departure(const session::Session& session);

  std::string user_id;
  std::string user_name;
  std::uint64_t connection;
};

// Takes a connection off the online list, and has the call it was in learn of it.
// Outlasts an unreachable Redis; never throws.
coro::Task<void> depart(Services& services, Departure departure);

// Keeps this worker's presence true: renews its lease, sweeps the dead, and sends the digest while
// too many are online to tell every coming and going. Owned by the worker.
class PresenceKeeper {
 public:
  explicit PresenceKeeper(Services& services);

  // The first lease, and the end of the workers that died in this one's place.
  coro::Task<void> start(std::vector<std::string> dead_workers);

  // The end of this worker, `worker`: its lease, its stream of the bus, and everybody who is still
  // on the online list through it, as when their departures could not be told. Throws Rejected.
  coro::Task<void> leave(std::string worker);

  // Redis is there again and may have lost the lease: renews it now. Others come a moment later,
  // and are not taken for dead because of leases that ran out meanwhile.
  void redis_is_back();

 private:
  void renew_now();
  coro::Task<void> renew();
  coro::Task<void> tell_gone(std::vector<std::string> users);
  coro::Task<void> send_digest();

  Services& services_;
  net::Timer lease_timer_;
  net::Timer digest_timer_;
  bool started_ = false;
  bool renewing_ = false;
  std::uint64_t back_ms_ = 0;  // when Redis was back
  std::size_t told_total_ = 0;
  bool digesting_ = false;  // the last look found too many online
};

}  // namespace chat::features
