// msgpack without its extension and binary types. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "protocol/limits.h"
#include "protocol/value.h"

namespace chat::protocol {

// One msgpack value and nothing behind it. Memory follows the bytes that are there, never the
// lengths they announce. Throws Rejected(bad_format) when it is malformed or cut short, a limit is
// passed, text is no UTF-8, a map key is no text or occurs twice, or it holds bin, ext, NaN or an
// infinity.
Value decode_msgpack(std::string_view bytes, const DecodeLimits& limits);

// The shortest form of everything; integers keep to msgpack's integers, reals to float 64.
std::string encode_msgpack(const Value& value);

}  // namespace chat::protocol
