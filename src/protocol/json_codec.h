// JSON as PHP reads and writes it. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "protocol/limits.h"
#include "protocol/value.h"

namespace chat::protocol {

// One JSON text (RFC 8259) in UTF-8, nothing behind it but white space. Integers beyond 64 bits
// become real numbers, as in PHP. Throws Rejected(bad_format) when it is malformed, a key occurs
// twice in one object, or a limit is passed.
Value decode_json(std::string_view text, const DecodeLimits& limits);

// The text of PHP's json_encode($value, JSON_UNESCAPED_UNICODE).
std::string encode_json(const Value& value);

}  // namespace chat::protocol
