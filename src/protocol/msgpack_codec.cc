#include "protocol/msgpack_codec.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <msgpack.hpp>

#include "base/rejected.h"
#include "protocol/msgpack_writer.h"
#include "protocol/utf8.h"
#include "protocol/value_builder.h"
#include "protocol/write.h"

namespace chat::protocol {
namespace {

// The callbacks of msgpack-c's parser, which allocates for open containers only.
class MsgpackEvents {
 public:
  explicit MsgpackEvents(const DecodeLimits& limits) : builder_(limits) {}
  ValueBuilder& builder() { return builder_; }

  bool visit_nil() { return add(Value()); }
  bool visit_boolean(bool value) { return add(Value(value)); }
  bool visit_positive_integer(std::uint64_t value) {
    constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return add(value <= kLargest ? Value(static_cast<std::int64_t>(value))
                                 : Value(static_cast<double>(value)));
  }
  bool visit_negative_integer(std::int64_t value) { return add(Value(value)); }
  bool visit_float32(float value) { return visit_float64(static_cast<double>(value)); }
  bool visit_float64(double value) {
    return std::isfinite(value) ? add(Value(value)) : builder_.fail("number is not finite");
  }
  bool visit_str(const char* data, std::uint32_t size) {
    const std::string_view text(data, size);
    if (!is_utf8(text)) return builder_.fail("text is not UTF-8");
    return in_key_ ? builder_.key(std::string(text)) : builder_.add(Value(text));
  }
  bool visit_bin(const char*, std::uint32_t) { return builder_.fail("binary data"); }
  bool visit_ext(const char*, std::uint32_t) { return builder_.fail("extension type"); }

  bool start_array(std::uint32_t) { return !in_key_ ? builder_.open_array() : fail_key(); }
  bool start_array_item() { return true; }
  bool end_array_item() { return true; }
  bool end_array() { return builder_.close(); }

  bool start_map(std::uint32_t) { return !in_key_ ? builder_.open_map() : fail_key(); }
  bool start_map_key() { return in_key_ = true; }
  bool end_map_key() {
    in_key_ = false;
    return true;
  }
  bool start_map_value() { return true; }
  bool end_map_value() { return true; }
  bool end_map() { return builder_.close(); }

  void parse_error(std::size_t, std::size_t) { builder_.fail("malformed msgpack"); }
  void insufficient_bytes(std::size_t, std::size_t) { builder_.fail("cut short"); }

 private:
  bool add(Value value) { return !in_key_ ? builder_.add(std::move(value)) : fail_key(); }
  bool fail_key() { return builder_.fail("key is not text"); }

  ValueBuilder builder_;
  bool in_key_ = false;
};

}  // namespace

Value decode_msgpack(std::string_view bytes, const DecodeLimits& limits) {
  MsgpackEvents events(limits);
  std::size_t parsed = 0;
  if (!msgpack::parse(bytes.data(), bytes.size(), parsed, events)) {
    throw Rejected(Refusal::bad_format, std::string(events.builder().error()));
  }
  if (parsed != bytes.size()) throw Rejected(Refusal::bad_format, "bytes behind the message");
  return events.builder().take();
}

std::string encode_msgpack(const Value& value) {
  std::string bytes;
  MsgpackWriter writer(bytes);
  write(writer, value);
  return bytes;
}

}  // namespace chat::protocol
