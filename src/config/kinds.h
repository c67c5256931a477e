// The kinds of option values: how each is read from text, bounded, and written back.
//
// A kind is a type with `Value`, `kPlaceholder` (for help texts), `parse` and `print`; `parse`
// takes the text of a flag, a variable or a config value without quotes, and throws
// std::invalid_argument with half a sentence ("must be …") on text that is not of its kind, and
// std::out_of_range on a number below 0 or beyond what the value can hold.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/log.h"
#include "config/durability.h"
#include "config/redis_address.h"

namespace chat::config {

// So many events in so much time: a token bucket of `count` that refills once per `per`.
struct Rate {
  std::size_t count = 0;
  std::chrono::seconds per{1};

  double per_second() const {
    return static_cast<double>(count) / static_cast<double>(per.count());
  }
  // Ordered by events per second.
  bool operator<(const Rate& other) const { return per_second() < other.per_second(); }
};

namespace kind {

// "42"
struct Integer {
  using Value = std::size_t;
  static constexpr std::string_view kPlaceholder = "NUM";
  static Value parse(std::string_view text);
  static std::string print(Value value);
};

// Bytes: "512", "64K", "1.5" is none; powers of 1024 with K, M, G, T and an optional "iB" or "B".
struct Size {
  using Value = std::size_t;
  static constexpr std::string_view kPlaceholder = "SIZE";
  static Value parse(std::string_view text);
  static std::string print(Value value);
};

// "500ms", "10s", "5m", "12h"; a bare number is seconds.
struct Duration {
  using Value = std::chrono::milliseconds;
  static constexpr std::string_view kPlaceholder = "TIME";
  static Value parse(std::string_view text);
  static std::string print(Value value);
};

// "10/s", "60/m" or "20/h".
struct Rate {
  using Value = config::Rate;
  static constexpr std::string_view kPlaceholder = "RATE";
  static Value parse(std::string_view text);
  static std::string print(const Value& value);
};

// on, true, yes, 1; off, false, no, 0.
struct Boolean {
  using Value = bool;
  static constexpr std::string_view kPlaceholder = "on|off";
  static Value parse(std::string_view text);
  static std::string print(Value value);
};

// Any text without control characters; the bounds of a row are its length in bytes.
struct Text {
  using Value = std::string;
  static constexpr std::string_view kPlaceholder = "TEXT";
  static Value parse(std::string_view text);
  static std::string print(const Value& value);
};

// A file or folder, made absolute against the working folder; empty stays empty.
struct Path {
  using Value = std::string;
  static constexpr std::string_view kPlaceholder = "PATH";
  static Value parse(std::string_view text);
  static std::string print(const Value& value);
};

struct Level {
  using Value = log::Level;
  static constexpr std::string_view kPlaceholder = "LEVEL";
  static Value parse(std::string_view text);
  static std::string print(Value value);
};

struct Durability {
  using Value = config::Durability;
  static constexpr std::string_view kPlaceholder = "WHERE";
  static Value parse(std::string_view text);
  static std::string print(Value value);
};

struct Redis {
  using Value = RedisAddress;
  static constexpr std::string_view kPlaceholder = "ADDRESS";
  static Value parse(std::string_view text);
  // A password is shown as "***".
  static std::string print(const Value& value);
};

}  // namespace kind
}  // namespace chat::config
