#include "protocol/read_fields.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "protocol/php_float.h"

namespace chat::protocol {
namespace {

constexpr double kLargestExact = 9007199254740992.0;  // 2^53: whole doubles are exact up to here

std::optional<std::int64_t> whole_number(const Value& value) {
  if (const auto* integer = value.as_int()) return *integer;
  const auto* real = value.as_real();
  if (real == nullptr || std::abs(*real) > kLargestExact || *real != std::trunc(*real)) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(*real);
}

std::optional<std::int64_t> digits_of(const Value& value) {
  const auto* text = value.as_string();
  if (text == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

// A member of `map` that may be missing or null.
void read_optional_member(const Value& map, std::string_view name, std::optional<std::int64_t>& out,
                          const FieldPath& path) {
  const Value* member = map.find(name);
  if (member != nullptr && !member->is_null()) {
    read_into(*member, out.emplace(), FieldPath{name, &path});
  }
}

}  // namespace

void read_into(const Value& value, bool& out, const FieldPath& path) {
  if (const auto* boolean = value.as_bool()) {
    out = *boolean;
  } else if (value == Value(0) || value == Value(1)) {
    out = value == Value(1);
  } else {
    path.refuse("true or false");
  }
}

void read_into(const Value& value, std::int64_t& out, const FieldPath& path) {
  const auto number = whole_number(value);
  if (!number) path.refuse("a whole number");
  out = *number;
}

void read_into(const Value& value, double& out, const FieldPath& path) {
  const auto number = value.as_number();
  if (!number) path.refuse("a number");
  out = *number;
}

void read_into(const Value& value, std::string& out, const FieldPath& path) {
  const auto* text = value.as_string();
  if (text == nullptr) path.refuse("text");
  out = *text;
}

void read_into(const Value& value, LooseText& out, const FieldPath& path) {
  out = LooseText();
  if (const auto* text = value.as_string()) {
    out.text = *text;
  } else if (const auto* integer = value.as_int()) {
    out.text = std::to_string(*integer);
    out.number = true;
  } else if (const auto* real = value.as_real()) {
    append_php_float(out.text, *real);
    out.number = true;
  } else if (!value.is_null()) {
    path.refuse("text or a number");
  }
}

void read_into(const Value& value, Flag& out, const FieldPath& path) {
  const bool text = value == Value("0") || value == Value("1");
  if (text) {
    out = Flag(value == Value("1"));
  } else {
    read_into(value, out.on, path);
    out.number = value.as_int() != nullptr;
  }
}

void read_into(const Value& value, TextInt& out, const FieldPath& path) {
  const auto number = value.as_string() != nullptr ? digits_of(value) : whole_number(value);
  if (!number) path.refuse("a whole number");
  out.number = *number;
}

void read_into(const Value& value, HistoryCursor& out, const FieldPath& path) {
  out = HistoryCursor();
  if (value.is_empty()) return;
  if (const auto seconds = value.as_number()) {
    out.until = *seconds;
  } else if (value.as_map() != nullptr) {
    read_optional_member(value, "before_seq", out.before_seq, path);
    read_optional_member(value, "after_seq", out.after_seq, path);
    read_optional_member(value, "count", out.count, path);
  } else {
    path.refuse("a time, a map, or empty");
  }
}

void read_into(const Value& value, Value& out, const FieldPath&) { out = value; }

}  // namespace chat::protocol
