#include "store/presence.h"

#include <utility>

#include "store/presence_scripts.h"
#include "store/profile_reply.h"

namespace chat::store {
namespace {

constexpr int kSweepBatch = 500;  // connections: keeps Redis free for others between batches

std::size_t size_of(const Reply& reply) { return static_cast<std::size_t>(reply.number()); }

}  // namespace

coro::Task<CameOnline> Presence::connect(std::string user, std::uint64_t connection, Wire wire,
                                         std::string announcement, std::string kick,
                                         std::string session) {
  const bool legacy = wire == Wire::legacy;
  const Reply reply = co_await redis_.run(
      scripts::come_online, bus_length_, worker_, user, connection, legacy ? "legacy" : "v1",
      legacy ? 1 : limits_.max_devices, limits_.threshold, announcement, kick, session);
  CameOnline result;
  result.came_online = reply.at(0).number() != 0;
  result.posted = reply.at(1).number() != 0;
  result.total = size_of(reply.at(2));
  result.superseded = reply.at(3).texts();
  co_return result;
}

coro::Task<WentOffline> Presence::disconnect(std::string user, std::uint64_t connection,
                                             std::string announcement) {
  const Reply reply = co_await redis_.run(scripts::go_offline, bus_length_, worker_, user,
                                          connection, limits_.threshold, announcement);
  WentOffline result;
  result.went_offline = reply.at(0).number() != 0;
  result.total = size_of(reply.at(1));
  co_return result;
}

coro::Task<std::size_t> Presence::total() {
  const Reply count = co_await redis_.command("ZCARD", "presence:online");
  co_return size_of(count);
}

coro::Task<bool> Presence::is_online(std::string user) {
  const Reply found = co_await redis_.command("EXISTS", "presence:user:" + user);
  co_return found.number() != 0;
}

coro::Task<std::vector<Profile>> Presence::page(std::size_t offset, std::size_t count) {
  if (count == 0) co_return std::vector<Profile>();
  Reply list = co_await redis_.run(scripts::list_online, offset, offset + count - 1);
  co_return profiles_of(std::move(list));
}

coro::Task<bool> Presence::heartbeat(std::chrono::milliseconds lease) {
  Reply state = co_await redis_.run(scripts::renew_lease, worker_, lease.count());
  if (state.text != "swept") co_return state.text == "alive";
  co_await sweep(worker_);
  co_await redis_.run(scripts::renew_lease, worker_, lease.count());
  co_return false;
}

coro::Task<std::vector<std::string>> Presence::sweep(std::string worker) {
  return sweep_in_batches(std::move(worker), false);
}

coro::Task<std::vector<std::string>> Presence::sweep_in_batches(std::string worker,
                                                                bool only_expired) {
  std::vector<std::string> gone;
  for (bool finished = false; !finished;) {
    const Reply reply =
        co_await redis_.run(scripts::sweep_worker, worker, kSweepBatch, only_expired);
    for (const Reply& user : reply.at(1).items) gone.push_back(user.text);
    finished = reply.at(0).number() != 0;
  }
  co_return gone;
}

coro::Task<std::vector<std::string>> Presence::sweep_expired() {
  const Reply workers = co_await redis_.run(scripts::list_expired);
  std::vector<std::string> gone;
  for (const Reply& worker : workers.items) {
    const std::vector<std::string> users = co_await sweep_in_batches(worker.text, true);
    gone.insert(gone.end(), users.begin(), users.end());
  }
  co_return gone;
}

coro::Task<std::size_t> Presence::live_workers() {
  const Reply count = co_await redis_.run(scripts::count_live);
  co_return size_of(count);
}

coro::Task<void> Presence::reset() {
  std::string cursor = "0";
  do {
    const Reply next = co_await redis_.run(scripts::clear_volatile, cursor);
    cursor = next.text;
  } while (cursor != "0");
}

}  // namespace chat::store
