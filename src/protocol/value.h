// A decoded message before its shape is known: what JSON can say, and nothing more.
//
// A Value owns everything below it. Maps keep the order in which their keys came, since the legacy
// wire repeats it. Binary strings, extension types, NaN and infinities have no place here: neither
// decoder yields them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace chat::protocol {

class Value {
 public:
  using Array = std::vector<Value>;
  using Map = std::vector<std::pair<std::string, Value>>;

  Value() = default;
  // Not inline: g++ 12 takes an inlined move of the variant for a use of uninitialised memory.
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value();

  // NOLINTBEGIN(google-explicit-constructor): a Value stands for whatever it holds
  Value(std::nullptr_t) {}
  Value(bool boolean) : content_(boolean) {}
  Value(int integer) : content_(static_cast<std::int64_t>(integer)) {}
  Value(std::int64_t integer) : content_(integer) {}
  Value(double real) : content_(real) {}
  Value(const char* text) : content_(std::string(text)) {}
  Value(std::string_view text) : content_(std::string(text)) {}
  Value(std::string text) : content_(std::move(text)) {}
  Value(Array array) : content_(std::move(array)) {}
  Value(Map map) : content_(std::move(map)) {}
  // NOLINTEND(google-explicit-constructor)

  bool is_null() const { return std::holds_alternative<std::monostate>(content_); }

  // The content when it is of that kind, else nullptr; valid as long as this Value is unchanged.
  const bool* as_bool() const { return std::get_if<bool>(&content_); }
  const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&content_); }
  const double* as_real() const { return std::get_if<double>(&content_); }
  const std::string* as_string() const { return std::get_if<std::string>(&content_); }
  const Array* as_array() const { return std::get_if<Array>(&content_); }
  const Map* as_map() const { return std::get_if<Map>(&content_); }
  Array* as_array() { return std::get_if<Array>(&content_); }
  Map* as_map() { return std::get_if<Map>(&content_); }

  // An integer or a real number as a double.
  std::optional<double> as_number() const;

  // The value under `key`; nullptr when there is none or this is no map.
  const Value* find(std::string_view key) const;

  // What PHP's empty() calls so: null, false, 0, "", "0", and containers without content.
  bool is_empty() const;

  template <class Visitor>
  decltype(auto) visit(Visitor&& visitor) const {
    return std::visit(std::forward<Visitor>(visitor), content_);
  }

  friend bool operator==(const Value&, const Value&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Map> content_;
};

}  // namespace chat::protocol
