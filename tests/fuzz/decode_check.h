// What must hold of any bytes that a decoder accepts, shared by the targets of both wires.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/registry.h"
#include "protocol/stored_message.h"

namespace chat::protocol {

inline void require(bool holds) {
  if (!holds) std::abort();
}

// A message that is read and written is read as the same message again. (A number may change its
// spelling once: one that was text on msgpack, and -0.0 in JSON.)
template <class M>
void check_message(Wire wire, const Value& value) {
  const M message = read<M>(value);
  const std::string bytes = encode(wire, read<M>(decode(wire, encode(wire, message))));
  require(encode(wire, read<M>(decode(wire, bytes))) == bytes);
  encode(wire == Wire::v1 ? Wire::legacy : Wire::v1, message);
}

template <class Check>
void ignore_refusal(Check&& check) {
  try {
    check();
  } catch (const Rejected&) {
  }
}

inline void check_messages(Wire wire, const Value& value) {
  const int type = type_of(value);
  with_request(type, [&]<class M>(std::type_identity<M>) {
    ignore_refusal([&] { check_message<M>(wire, value); });
  });
  with_event(type, [&]<class M>(std::type_identity<M>) {
    ignore_refusal([&] { check_message<M>(wire, value); });
  });
}

// JSON spells -0.0 as the integer -0, so that only the second writing is final.
inline std::string settled(Wire wire, const Value& value) {
  return encode(wire, decode(wire, encode(wire, value)));
}

inline int check_decoding(Wire wire, const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ignore_refusal([&] {
    const Value value = decode(wire, bytes);
    const std::string bytes_again = settled(wire, value);
    require(settled(wire, decode(wire, bytes_again)) == bytes_again);
    check_messages(wire, value);
  });
  return 0;
}

}  // namespace chat::protocol
