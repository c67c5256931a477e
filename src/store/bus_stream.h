// The bus between workers as it lies in Redis: streams that are read without loss, in order.
//
// `bus:all` is read by every worker, `bus:worker:ID` by one. Entries are added with contiguous ids,
// so a reader sees when some were trimmed before it got there. Posting needs no object of this
// class.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coro/completion.h"
#include "coro/task.h"
#include "store/redis.h"

struct event;
struct event_base;

namespace chat::store {

struct BusEntry {
  // "lobby", "g:GROUP", "p:SENDER:RECEIVER", "u:USER", "c:WORKER/CONNECTION" or "all".
  std::string audience;
  std::string body;
  std::uint64_t seq = 0;  // 0: not an entry of a conversation
  double timestamp = 0;
  bool receiver_online = false;
  std::string epoch;
  std::string admin_id;             // the group's new administrator, when it changed
  std::vector<std::string> joined;  // users that are members of the group "g:GROUP" from here on
  std::vector<std::string> left;    // users that are members no more after this entry
  std::string mark;                 // what the user notes of a conversation now, see marks.h
  std::vector<std::string> ended;   // ids of login sessions that are over
};

// What one read brought.
struct BusBatch {
  std::vector<BusEntry> entries;
  bool missed = false;     // entries were trimmed unread: clients must catch up from the store
  bool went_back = false;  // Redis lost data: Continuity::begin_era(), then as `missed`
};

class BusStream {
 public:
  // Makes a connection of its own, since reads block it.
  BusStream(event_base* base, const Redis::Options& options, std::vector<std::string> streams);
  ~BusStream();
  BusStream(const BusStream&) = delete;
  BusStream& operator=(const BusStream&) = delete;

  // Takes the end of every stream as the place to read from. Call once, before the worker's users
  // connect: all that is posted from then on is read. Throws Rejected(storage_unavailable).
  coro::Task<void> start();

  // Ends a read() under way, as the destructor does, and every later one at once.
  void close();

  // Waits for entries, across lost connections. Throws Rejected(storage_unavailable) only when this
  // object is closed or destroyed.
  coro::Task<BusBatch> read();

  // As Redis::set_address().
  void set_address(config::RedisAddress address) { redis_.set_address(std::move(address)); }

  // This worker was taken for dead and its own stream deleted: it is read from its new beginning,
  // and the next read() tells that something was missed. After `went_back` that is known already.
  void note_sweep();

 private:
  // The last entry read of a stream.
  struct Place {
    std::uint64_t number = 0;
    std::size_t fingerprint = 0;
  };

  static Place place_of(const Reply& look);

  coro::Task<Reply> look(bool at_end);
  coro::Task<void> check_places(BusBatch& batch);
  coro::Task<BusBatch> read_once();
  void take(Reply stream, BusBatch& batch);
  void begin_own_stream_anew();
  coro::Task<void> pause();

  struct FreeEvent {
    void operator()(event* ev) const;
  };

  std::unique_ptr<event, FreeEvent> pause_timer_;
  coro::Completion<bool>* pausing_ = nullptr;  // false: the bus is closed
  std::map<std::string, Place> places_;
  bool check_needed_ = false;  // the connection is a new one
  bool swept_ = false;
  std::optional<std::uint64_t> went_back_ms_;  // when that was told last
  Redis redis_;                                // last: destroying it ends a read() under way
};

// Posts an entry that is not stored. Workers concerned by an audience: all, but for "p:", "u:"
// (those that hold connections of the users) and "c:" (that one).
coro::Task<void> post_to_bus(Redis& redis, std::size_t bus_length, std::string audience,
                             std::string body);

}  // namespace chat::store
