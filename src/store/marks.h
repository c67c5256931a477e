// What users note of their conversations: read up to, pinned, muted.
//
// `marks:user_id:ID` holds a line for each conversation, under the name it has for that user:
// "READ_SEQ PINNED MUTED EPOCH".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coro/task.h"
#include "store/conversation.h"
#include "store/redis.h"

namespace chat::store {

struct Mark {
  std::string conversation;  // as its user names it
  std::uint64_t read_seq = 0;
  std::string epoch;  // the numbering that `read_seq` belongs to
  bool pinned = false;
  bool muted = false;
};

// What is absent stays as it was.
struct MarkChange {
  std::string name;  // of the conversation, for its user: `lobby`, `group:ID` or `user:ID`
  Conversation conversation = Conversation::lobby();  // the same
  std::optional<std::uint64_t> read_seq;
  std::string epoch;  // the numbering that is meant; empty: the present one
  std::optional<bool> pinned;
  std::optional<bool> muted;
};

// A line of the hash, as BusEntry::mark also has it. One that cannot be read marks nothing.
Mark mark_of(std::string conversation, std::string_view line);

class Marks {
 public:
  Marks(Redis& redis, std::size_t bus_length) : redis_(redis), bus_length_(bus_length) {}

  // Posts `body` to all connections of the user, with the mark as it is now. `read_seq` only rises,
  // but under a new epoch it begins anew. `most`: how many conversations a user may mark. Throws
  // Rejected: `not_a_member`, `no_such_user`, `too_many_marks`, `bad_field` (`read_seq` is beyond
  // the newest message, or `epoch` is not the present one).
  coro::Task<void> change(std::string user_id, MarkChange change, std::size_t most,
                          std::string body);

  coro::Task<std::vector<Mark>> of(std::string user_id);

 private:
  Redis& redis_;
  std::size_t bus_length_;
};

}  // namespace chat::store
