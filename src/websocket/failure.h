// The ways in which a client can break the protocol, each with the close code it earns.
#pragma once

#include <string_view>

#include "websocket/close_code.h"

namespace chat::websocket {

// Why a connection must be failed: send a Close frame with `code` and `reason`, then disconnect
// (RFC 6455 section 7.1.7). Failures are the constants below, so their addresses live for ever.
struct Failure {
  CloseCode code;
  std::string_view reason;
};

namespace failure {

inline constexpr Failure kReservedBits{kProtocolError, "reserved bit set"};
inline constexpr Failure kReservedOpcode{kProtocolError, "reserved opcode"};
inline constexpr Failure kUnmasked{kProtocolError, "frame not masked"};
inline constexpr Failure kFragmentedControl{kProtocolError, "fragmented control frame"};
inline constexpr Failure kLongControl{kProtocolError, "control frame too long"};
inline constexpr Failure kBadLength{kProtocolError, "payload length not minimal"};
inline constexpr Failure kNothingToContinue{kProtocolError, "continuation of nothing"};
inline constexpr Failure kUnfinishedMessage{kProtocolError, "message within a message"};
inline constexpr Failure kShortClose{kProtocolError, "close code of one byte"};
inline constexpr Failure kBadCloseCode{kProtocolError, "invalid close code"};
inline constexpr Failure kNotUtf8{kInvalidData, "text is not UTF-8"};
inline constexpr Failure kNotDeflate{kInvalidData, "compressed data is broken"};
inline constexpr Failure kTooManyFragments{kPolicyViolation, "too many fragments"};
inline constexpr Failure kTooLong{kTooBig, "message too big"};

}  // namespace failure
}  // namespace chat::websocket
