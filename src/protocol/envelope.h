// What every message carries, whatever its type: the envelope of requests and of events.
#pragma once

#include <cstddef>
#include <string>

#include "protocol/field_types.h"

namespace chat::protocol {

// Ids that clients choose may be this long, in bytes; longer ones are refused as bad_field.
inline constexpr std::size_t kMaxClientIdSize = 128;

// Client to server. Absent members are empty.
struct Envelope {
  int type = 0;
  std::string session_id;  // legacy wire; a msgpack connection remembers its login
  std::string sender_id;   // "0" before login
  LooseText receiver_id;   // "0": the lobby; else a user or a group
  std::string trace_id;    // repeated in every answer to this request
  std::string id;          // chosen by the client for a message it may have to send again

  explicit Envelope(int of_type = 0) : type(of_type) {}
  friend bool operator==(const Envelope&, const Envelope&) = default;
};

// Server to client. On the wire: type, the fields of the event, timestamp, id unless empty,
// trace_id.
struct Event {
  int type;
  double timestamp = 0;  // seconds since 1970, microsecond digits
  std::string id;        // of the message, when its sender chose one
  std::string trace_id;  // of the request that caused it, or ""

  explicit Event(int of_type) : type(of_type) {}
  friend bool operator==(const Event&, const Event&) = default;
};

}  // namespace chat::protocol
