// The value of a Sec-WebSocket-Extensions header (RFC 6455 section 9.1, RFC 7692 section 7.1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "websocket/deflate.h"

namespace chat::websocket {

// What the server answers to the offers of one client.
struct DeflateAgreement {
  Compression compression = Compression::none;
  std::uint8_t server_max_window_bits = 0;  // to be stated in the answer; 0: not asked for

  bool agreed() const { return compression != Compression::none; }

  // The value of the response's header, when agreed().
  std::string to_header() const;
};

// Reads one header value and agrees to its first acceptable offer of permessage-deflate, unless
// `agreement` holds one already. False when the value is malformed.
bool read_extension_offers(std::string_view value, DeflateAgreement& agreement);

}  // namespace chat::websocket
