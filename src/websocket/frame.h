// Frames as a server writes them: unmasked, never fragmented (RFC 6455 section 5.2).
//
// A frame is made once and the same SharedBytes is queued to every receiver of the message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/shared_bytes.h"
#include "websocket/close_code.h"

namespace chat::websocket {

class Deflater;

enum class Opcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xA,
};

constexpr bool is_control(Opcode opcode) { return (static_cast<std::uint8_t>(opcode) & 0x8) != 0; }

// The longest payload of a control frame, in bytes (RFC 6455 section 5.5).
inline constexpr std::size_t kMaxControlPayload = 125;

// The longest reason of a Close frame, in bytes: its payload also holds the two bytes of the code.
inline constexpr std::size_t kMaxCloseReason = kMaxControlPayload - 2;

// One final frame around `payload`, with the shortest length that fits. A ping or pong payload must
// not be longer than kMaxControlPayload. Text must be valid UTF-8: the caller made it.
SharedBytes make_frame(Opcode opcode, std::string_view payload);

// A text or binary message as one frame for receivers that negotiated permessage-deflate with the
// window of `deflater` (RFC 7692). A payload that deflating would not shrink is framed as it is,
// which every receiver understands.
SharedBytes make_deflated_frame(Opcode opcode, std::string_view payload, Deflater& deflater);

// A Close frame. kNoStatus gives an empty body, as in the answer to a Close frame that had none.
// A `reason` longer than kMaxCloseReason is cut at the end of a code point.
SharedBytes make_close_frame(std::uint16_t code, std::string_view reason = {});

}  // namespace chat::websocket
