#include "protocol/json_codec.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/rejected.h"
#include "protocol/json_writer.h"
#include "protocol/value_builder.h"
#include "protocol/write.h"

namespace chat::protocol {
namespace {

using Json = nlohmann::json;

class JsonEvents final : public Json::json_sax_t {
 public:
  explicit JsonEvents(const DecodeLimits& limits) : builder_(limits) {}
  ValueBuilder& builder() { return builder_; }

  bool null() override { return builder_.add(Value()); }
  bool boolean(bool value) override { return builder_.add(Value(value)); }
  bool number_integer(std::int64_t value) override { return builder_.add(Value(value)); }
  bool number_unsigned(std::uint64_t value) override {
    constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return builder_.add(value <= kLargest ? Value(static_cast<std::int64_t>(value))
                                          : Value(static_cast<double>(value)));
  }
  bool number_float(double value, const std::string&) override {
    return builder_.add(Value(value));
  }
  bool string(std::string& value) override { return builder_.add(Value(std::move(value))); }
  bool binary(Json::binary_t&) override { return false; }
  bool start_object(std::size_t) override { return builder_.open_map(); }
  bool key(std::string& value) override { return builder_.key(std::move(value)); }
  bool end_object() override { return builder_.close(); }
  bool start_array(std::size_t) override { return builder_.open_array(); }
  bool end_array() override { return builder_.close(); }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override {
    return builder_.fail("malformed JSON");
  }

 private:
  ValueBuilder builder_;
};

}  // namespace

Value decode_json(std::string_view text, const DecodeLimits& limits) {
  // The parser takes a NUL for the end of the text, whatever follows it.
  if (text.find('\0') != std::string_view::npos) {
    throw Rejected(Refusal::bad_format, "NUL in JSON");
  }
  // The parser would pass over it; PHP does not (RFC 8259 section 8.1).
  if (text.starts_with("\xEF\xBB\xBF")) {
    throw Rejected(Refusal::bad_format, "byte order mark before JSON");
  }
  JsonEvents events(limits);
  if (!Json::sax_parse(text.begin(), text.end(), &events)) {
    throw Rejected(Refusal::bad_format, std::string(events.builder().error()));
  }
  return events.builder().take();
}

std::string encode_json(const Value& value) {
  std::string text;
  JsonWriter writer(text);
  write(writer, value);
  return text;
}

}  // namespace chat::protocol
