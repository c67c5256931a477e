// The two encodings of the one protocol.
#pragma once

namespace chat::protocol {

enum class Wire {
  legacy,  // JSON in TEXT frames, byte for byte as the PHP original wrote it; no subprotocol
  v1,      // msgpack maps in BINARY frames; subprotocol chat.msgpack.v1
};

inline constexpr char kV1Subprotocol[] = "chat.msgpack.v1";

}  // namespace chat::protocol
