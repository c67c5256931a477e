// The header of a frame from a client (RFC 6455 section 5.2) and the checks that need no context.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "websocket/failure.h"
#include "websocket/frame.h"
#include "websocket/mask.h"

namespace chat::websocket {

// The longest header of a client's frame, in bytes.
inline constexpr std::size_t kMaxHeader = 14;

struct FrameHeader {
  std::uint64_t length = 0;  // of the payload, below 2^63
  MaskKey mask{};
  std::uint8_t size = 0;  // of this header, in bytes; 0 while it is incomplete
  Opcode opcode{};
  bool final = false;
  bool compressed = false;  // RSV1, which permessage-deflate takes for the message's first frame
};

// Reads the header at the start of `bytes`. Returns null with `header.size` set, or with it 0 when
// more bytes are needed; or the failure, as soon as the bytes show it. `deflate` tells whether
// permessage-deflate was negotiated: otherwise RSV1 is a failure too.
const Failure* parse_header(std::span<const char> bytes, bool deflate, FrameHeader& header);

}  // namespace chat::websocket
