// Field types that a JSON or msgpack type alone cannot say: how both wires spell them.
//
// Plain values without owner; each converts from and to the type it stands for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/value.h"

namespace chat::protocol {

// NOLINTBEGIN(google-explicit-constructor): these stand for the plain types they wrap

// Text that legacy clients also send as a number; absent and null read as "". An answer that
// repeats it keeps the spelling on the legacy wire (1102 answers `"receiver_id":0`); msgpack always
// says text.
struct LooseText {
  std::string text;
  bool number = false;  // came, and goes out on the legacy wire, as a JSON number

  LooseText() = default;
  LooseText(std::string spelled) : text(std::move(spelled)) {}
  LooseText(const char* spelled) : text(spelled) {}

  operator const std::string&() const { return text; }
  bool empty() const { return text.empty(); }

  friend bool operator==(const LooseText&, const LooseText&) = default;
  friend bool operator==(const LooseText& a, std::string_view b) { return a.text == b; }
};

// Yes or no: `true` on msgpack; on the legacy wire the text "1" as Redis holds it, or the number 1
// in the answer to a registration.
struct Flag {
  bool on = false;
  bool number = false;

  Flag() = default;
  Flag(bool is_on, bool as_number = false) : on(is_on), number(as_number) {}
  operator bool() const { return on; }
  friend bool operator==(const Flag&, const Flag&) = default;
};

// A whole number that the legacy wire spells as text, as Redis holds it.
struct TextInt {
  std::int64_t number = 0;

  TextInt() = default;
  TextInt(std::int64_t from) : number(from) {}
  operator std::int64_t() const { return number; }
  friend bool operator==(const TextInt&, const TextInt&) = default;
};

// Always on the wire: a T or null. (An empty std::optional is left out instead.)
template <class T>
struct Nullable {
  std::optional<T> value;
  friend bool operator==(const Nullable&, const Nullable&) = default;
};

// A record or nothing, where the legacy wire says nothing by a record full of `false`; msgpack says
// null.
template <class T>
struct OrFalse {
  std::optional<T> value;
  friend bool operator==(const OrFalse&, const OrFalse&) = default;
};

// Records by key, in order. PHP spells an empty one `[]`.
template <class T>
struct Keyed {
  std::vector<std::pair<std::string, T>> entries;
  friend bool operator==(const Keyed&, const Keyed&) = default;
};

// Where to read a history: a time (the newest messages at or before it), a number, or neither (the
// newest of all). Legacy clients send the time or something empty; msgpack clients may send a map
// of the other three.
struct HistoryCursor {
  std::optional<double> until;  // seconds since 1970
  std::optional<std::int64_t> before_seq;
  std::optional<std::int64_t> after_seq;
  std::optional<std::int64_t> count;
  friend bool operator==(const HistoryCursor&, const HistoryCursor&) = default;
};

// A value passed on exactly as it came, with the part of it that the server understands.
template <class T>
struct Verbatim {
  Value value;
  T view;
  friend bool operator==(const Verbatim&, const Verbatim&) = default;
};

// NOLINTEND(google-explicit-constructor)

}  // namespace chat::protocol
