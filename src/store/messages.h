// Messages: stored, numbered and posted to the bus in one step; read back by time or by number.
//
// A conversation is the sorted set of the PHP original (score: timestamp, member: the message's
// JSON). The number of a message, its `seq`, is its place in that set, so data of the original is
// numbered as it stands. `conversation:<key>` holds {seq, timestamp, epoch, trimmed}; when it does
// not fit the set (older data, a hand edit) numbering starts over under a new epoch, and clients
// that resume with another epoch reload. `conversation:era`, part of every epoch, is drawn anew
// when Redis turns out to have lost its newest data.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "coro/task.h"
#include "store/conversation.h"
#include "store/newest.h"
#include "store/redis.h"

namespace chat::store {

// An entry of a conversation, but for its timestamp: stored is head + timestamp + tail.
struct Entry {
  std::string head;
  std::string tail;
  std::string body;  // posted to the bus, opaque to the store
};

// What one sender may store, over all connections and workers.
struct MessageRate {
  std::size_t burst = 0;    // messages at once
  double per_second = 0.0;  // messages for long; 0: no limit
};

struct Draft {
  Conversation conversation = Conversation::lobby();
  std::string sender;          // user id
  std::string receiver;        // the other user of a direct conversation, else empty
  std::string id;              // the sender's id for this message, or empty
  MessageRate rate;            // of the sender; by default there is none
  std::uint64_t reply_to = 0;  // number of the message it answers; 0: none
  bool mentions_everybody = false;
  std::string file;  // id of the file that it shows, or empty
  Entry entry;
};

// A change of a message that is stored already.
struct Revision {
  Draft draft;                         // the entry that tells of it
  std::uint64_t seq = 0;               // number of the message to change
  std::chrono::microseconds window{};  // how long after it was stored that is allowed; 0: never
  std::string text;                    // its new text, as JSON; empty: it is taken back
  std::string mentions;  // what follows of it, as members of JSON with a comma before each
  std::chrono::seconds file_age{};  // a file that nothing shows any more goes after this
};

struct Stored {
  std::uint64_t seq = 0;
  double timestamp = 0;  // seconds since 1970, microsecond digits
  std::string epoch;
  bool duplicate = false;        // the same id was stored before; these are its figures
  bool receiver_online = false;  // direct conversations
};

struct NumberedMessage {
  std::uint64_t seq = 0;
  std::string json;
  std::string changed;  // of the message that an edit changed: its JSON now; else empty
};

// What the messages of a page hold together at most, so that no answer fills an outbox; a larger
// one comes alone.
inline constexpr std::size_t kMostPageBytes = 256 * 1024;

// Some messages of a conversation, oldest first.
struct Page {
  std::vector<NumberedMessage> messages;
  std::string epoch;         // empty: the conversation holds nothing yet
  std::uint64_t newest = 0;  // seq of the conversation's newest message
  std::uint64_t oldest = 0;  // seq of the oldest one still held; 0 when there is none
};

struct Head {
  std::uint64_t newest = 0;
  std::string epoch;
  std::uint64_t time_us = 0;  // of the newest message, since 1970
};

class Messages {
 public:
  // `bus_length`: entries kept in each stream of the bus. `newest` is told of what is stored.
  // `writes` has a connection of its own for append() and revise(), which may be confirmed there;
  // nullptr: they take `redis` as well.
  Messages(Redis& redis, std::size_t bus_length, Newest& newest, Redis* writes = nullptr)
      : redis_(redis),
        writes_(writes == nullptr ? redis : *writes),
        bus_length_(bus_length),
        newest_(newest) {}

  // Throws Rejected: `disabled` (the sender is unknown or not active), `not_a_member`, `id_taken`
  // (another message has this id), `rate_limited`, `no_such_user` (the receiver), `bad_field` (the
  // message it answers is not there yet), `not_allowed` (to mention everybody is for those who lead
  // the conversation), `no_such_file` (the sender may not see the file), and what Redis::run
  // throws.
  coro::Task<Stored> append(Draft draft);

  // Stores the entry that tells of a change, and puts the changed message in the place of the old
  // one, with its number and time; what is taken back loses all that it said. Throws also:
  // `no_such_message` (or it was taken back), `not_allowed` (only a text may be changed, by its
  // sender alone; who leads the conversation takes anything back), `too_late`.
  coro::Task<Stored> revise(Revision revision);

  // The newest `count` messages at or before `timestamp`.
  coro::Task<Page> before(Conversation conversation, double timestamp, std::size_t count);

  // The `count` messages that follow number `seq`; compare `oldest` with seq + 1 for what is gone.
  coro::Task<Page> after_seq(Conversation conversation, std::uint64_t seq, std::size_t count);

  // The newest `count` messages with a number under `seq`.
  coro::Task<Page> before_seq(Conversation conversation, std::uint64_t seq, std::size_t count);

  // The lowest number from which on, up to `seq`, all entries are of one of `types` or taken back.
  coro::Task<std::uint64_t> skip(Conversation conversation, std::uint64_t seq,
                                 std::vector<int> types);

  // Where each conversation stands, in one round trip.
  coro::Task<std::vector<Head>> heads(std::vector<Conversation> conversations);

 private:
  Stored stored(const Conversation& conversation, const Reply& reply);
  coro::Task<Page> read(Conversation conversation, std::string mode, std::string from,
                        std::size_t count);

  Redis& redis_;
  Redis& writes_;
  std::size_t bus_length_;
  Newest& newest_;
};

}  // namespace chat::store
