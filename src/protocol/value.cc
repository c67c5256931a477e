#include "protocol/value.h"

#include <algorithm>

namespace chat::protocol {
namespace {

struct IsEmpty {
  bool operator()(std::monostate) const { return true; }
  bool operator()(bool boolean) const { return !boolean; }
  bool operator()(std::int64_t integer) const { return integer == 0; }
  bool operator()(double real) const { return real == 0; }
  bool operator()(const std::string& text) const { return text.empty() || text == "0"; }
  bool operator()(const Value::Array& array) const { return array.empty(); }
  bool operator()(const Value::Map& map) const { return map.empty(); }
};

}  // namespace

Value::Value(const Value& other) = default;
Value::Value(Value&& other) noexcept = default;
Value& Value::operator=(const Value& other) = default;
Value& Value::operator=(Value&& other) noexcept = default;
Value::~Value() = default;

std::optional<double> Value::as_number() const {
  if (const auto* integer = as_int()) return static_cast<double>(*integer);
  if (const auto* real = as_real()) return *real;
  return std::nullopt;
}

const Value* Value::find(std::string_view key) const {
  const Map* map = as_map();
  if (map == nullptr) return nullptr;
  const auto entry = std::ranges::find(*map, key, &Map::value_type::first);
  return entry == map->end() ? nullptr : &entry->second;
}

bool Value::is_empty() const { return std::visit(IsEmpty{}, content_); }

}  // namespace chat::protocol
