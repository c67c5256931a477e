// Writes JSON as PHP's json_encode($value, JSON_UNESCAPED_UNICODE) does.
//
// Appends to a string that outlives it. Same face as MsgpackWriter, so that one template writes
// both wires: containers are told their size first, maps get key, value, key, value…
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/wire.h"

namespace chat::protocol {

class JsonWriter {
 public:
  static constexpr Wire kWire = Wire::legacy;

  explicit JsonWriter(std::string& out) : out_(out) {}

  void null() { literal("null"); }
  void boolean(bool value) { literal(value ? "true" : "false"); }
  void integer(std::int64_t value);
  void real(double value);              // NaN and infinities become null
  void text(std::string_view value);    // what is no UTF-8 becomes U+FFFD
  void literal(std::string_view json);  // a finished JSON value, as it is

  void begin_array(std::size_t) { begin('['); }
  void end_array() { end(']'); }
  void begin_map(std::size_t) { begin('{'); }
  void key(std::string_view name);
  void end_map() { end('}'); }

 private:
  void separate();
  void begin(char bracket);
  void end(char bracket);
  void quote(std::string_view text);

  std::string& out_;
  bool comma_ = false;  // whether the next value or key stands behind another one
};

}  // namespace chat::protocol
