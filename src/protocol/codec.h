// Bytes to typed messages and back, on both wires.
//
//   const Value value = decode(wire, payload, limits);      // bytes → any value
//   const Envelope envelope = read<Envelope>(value);        // who asks for what
//   const auto request = read<SendCommon>(value);           // the typed request
//   const std::string bytes = encode(wire, event);          // typed message → bytes
//
// read<M>() and encode() exist for Envelope (read only) and for every struct of messages.h. All
// functions are pure; nothing keeps a reference to its arguments.
#pragma once

#include <string>
#include <string_view>

#include "base/rejected.h"
#include "protocol/limits.h"
#include "protocol/messages.h"
#include "protocol/value.h"
#include "protocol/wire.h"

namespace chat::protocol {

// One value from the payload of one frame. Throws Rejected(bad_format) when it is malformed, over a
// limit, or followed by anything else.
Value decode(Wire wire, std::string_view payload, const DecodeLimits& limits = {});

std::string encode(Wire wire, const Value& value);

// The `type` of a message. Throws Rejected(bad_format) when it has no usable one.
int type_of(const Value& value);

// The typed form of `value`; unknown keys are passed over. Throws Rejected(bad_field) that names
// the first field which is missing or of the wrong type. It does not look whether the type number
// is one of M's: whoever routed the message knows.
template <class M>
M read(const Value& value);

// The same for a request as it came over `wire`: what is for the msgpack wire alone is passed over
// on the legacy wire, whatever it holds.
template <class M>
M read_request(Wire wire, const Value& value);

// One message, or one record, as the wire says it: a legacy message is exactly what the PHP
// original wrote, fields that are for msgpack alone left out.
template <class M>
std::string encode(Wire wire, const M& message);

}  // namespace chat::protocol
