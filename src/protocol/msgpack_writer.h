// Writes msgpack, shortest forms. The face of JsonWriter; appends to a string that outlives it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <msgpack.hpp>
#include <string>
#include <string_view>

#include "protocol/wire.h"

namespace chat::protocol {

class MsgpackWriter {
 public:
  static constexpr Wire kWire = Wire::v1;

  explicit MsgpackWriter(std::string& out) : sink_{out}, packer_(sink_) {}

  void null() { packer_.pack_nil(); }
  void boolean(bool value) { value ? packer_.pack_true() : packer_.pack_false(); }
  void integer(std::int64_t value) { packer_.pack_int64(value); }
  void real(double value);
  void text(std::string_view value) {
    packer_.pack_str(static_cast<std::uint32_t>(value.size()));
    packer_.pack_str_body(value.data(), static_cast<std::uint32_t>(value.size()));
  }

  void begin_array(std::size_t size) { packer_.pack_array(static_cast<std::uint32_t>(size)); }
  void end_array() {}
  void begin_map(std::size_t size) { packer_.pack_map(static_cast<std::uint32_t>(size)); }
  void key(std::string_view name) { text(name); }
  void end_map() {}

 private:
  struct Sink {
    std::string& out;
    void write(const char* data, std::size_t size) { out.append(data, size); }
  };

  Sink sink_;
  msgpack::packer<Sink> packer_;
};

// Not packer_.pack_double(): that turns whole numbers into integers, through a conversion that
// overflows for large ones.
inline void MsgpackWriter::real(double value) {
  constexpr char kFloat64 = '\xCB';
  sink_.out += kFloat64;
  const auto bits = std::bit_cast<std::uint64_t>(value);
  for (int shift = 56; shift >= 0; shift -= 8) sink_.out += static_cast<char>(bits >> shift);
}

}  // namespace chat::protocol
