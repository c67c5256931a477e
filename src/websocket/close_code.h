// Status codes of Close frames: the registry of RFC 6455 section 7.4 with IANA's later additions.
#pragma once

#include <cstdint>

namespace chat::websocket {

enum CloseCode : std::uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupportedData = 1003,
  kNoStatus = 1005,  // never on the wire: stands for a Close frame without a body
  kAbnormal = 1006,  // never on the wire: the connection ended without a Close frame
  kInvalidData = 1007,
  kPolicyViolation = 1008,
  kTooBig = 1009,
  kMissingExtension = 1010,
  kInternalError = 1011,
  kServiceRestart = 1012,
  kTryAgainLater = 1013,
  kBadGateway = 1014,
};

// Whether an endpoint may put `code` into a Close frame: the registered codes but 1004, 1005, 1006
// and 1015, and the ranges 3000-3999 (registered by libraries) and 4000-4999 (private use).
constexpr bool may_be_sent(std::uint16_t code) {
  if (code >= 3000) return code <= 4999;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

}  // namespace chat::websocket
