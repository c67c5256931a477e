// Messages as Redis keeps them: the legacy JSON of the message without `trace_id`, so that the
// data of the PHP original and ours are the same.
#pragma once

#include <string>
#include <string_view>

#include "protocol/messages.h"

namespace chat::protocol {

// head + timestamp + tail is the stored member. The timestamp is left open, since the script that
// stores the message draws it.
struct StoredParts {
  std::string head;  // {"type":…,"sender_id":…,"receiver_id":…,"mess":…,"timestamp":
  std::string tail;  // }, with ,"id":… and what is for the msgpack wire alone before it
};

StoredParts stored_json_parts(const Chat& message);
StoredParts stored_json_parts(const GroupCreated& message);

// A stored member as a message; a group's first one keeps its type 1100 and its `mess`.
// Conversation and seq are the caller's to fill in. Throws Rejected when the member is no message.
Chat read_stored(std::string_view member);

// A time in seconds as PHP's JSON spells it: what belongs between head and tail.
std::string timestamp_text(double seconds);

}  // namespace chat::protocol
