// Who is online, on which connections of which workers.
//
// `presence:user:ID` (hash "WORKER/CONNECTION" → "wire login_ms"), `presence:worker:WORKER` (set of
// "USER/CONNECTION"), `presence:online` (users by login time), `presence:workers` (worker → end of
// its lease) and the `user` set of the PHP original. Logging in and out is one script whose cost
// does not depend on how many are online. A worker that renews no lease is swept by any other.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "coro/task.h"
#include "store/redis.h"
#include "store/users.h"

namespace chat::store {

enum class Wire { legacy, v1 };

struct PresenceLimits {
  std::size_t max_devices = 8;  // connections of one user on the v1 wire; legacy: always one
  std::size_t threshold = 200;  // comings and goings are posted one by one up to so many online
};

struct CameOnline {
  bool came_online = false;             // no other connection of this user was there
  bool posted = false;                  // `announcement` went to the bus
  std::size_t total = 0;                // users online
  std::vector<std::string> superseded;  // "WORKER/CONNECTION" that had to give way and were told
};

struct WentOffline {
  bool went_offline = false;  // it was the user's last connection
  std::size_t total = 0;
};

class Presence {
 public:
  Presence(Redis& redis, std::string worker, std::size_t bus_length, PresenceLimits limits)
      : redis_(redis), worker_(std::move(worker)), bus_length_(bus_length), limits_(limits) {}

  // Limits for the logins to come.
  void set_limits(PresenceLimits limits) { limits_ = limits; }

  // Connection `connection` of this worker is `user`'s from now on. Posts `announcement` to "all"
  // when the user came online, or replaced an older legacy connection, with no more than
  // `threshold` online; `kick` to "c:WORKER/CONNECTION" for each connection that gives way. Throws
  // Rejected: `busy` while this worker has no lease; when `session` is given, the login session
  // that let the user in, `login_required` or `disabled` if it or the account ended meanwhile.
  // Whatever ends them later finds the connection.
  coro::Task<CameOnline> connect(std::string user, std::uint64_t connection, Wire wire,
                                 std::string announcement, std::string kick,
                                 std::string session = {});

  // The connection is gone. Posts `announcement` to "all" when it was the user's last and no more
  // than `threshold` are online.
  coro::Task<WentOffline> disconnect(std::string user, std::uint64_t connection,
                                     std::string announcement);

  coro::Task<std::size_t> total();
  coro::Task<bool> is_online(std::string user);

  // Some of those online, by login time; one round trip.
  coro::Task<std::vector<Profile>> page(std::size_t offset, std::size_t count);

  // Renews the lease. False: the worker had none (it just started, or it was swept meanwhile), so
  // whoever is connected to it must connect() again.
  coro::Task<bool> heartbeat(std::chrono::milliseconds lease);

  // Takes a dead worker's connections and its bus stream away. Returns the users whose last
  // connection that was.
  coro::Task<std::vector<std::string>> sweep(std::string worker);

  // The same for every worker whose lease is over.
  coro::Task<std::vector<std::string>> sweep_expired();

  // Workers with a lease that is not over.
  coro::Task<std::size_t> live_workers();

  // Forgets everybody, and all calls: for a start with no other worker alive.
  coro::Task<void> reset();

 private:
  coro::Task<std::vector<std::string>> sweep_in_batches(std::string worker, bool only_expired);

  Redis& redis_;
  std::string worker_;
  std::size_t bus_length_;
  PresenceLimits limits_;
};

}  // namespace chat::store
