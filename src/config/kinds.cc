#include "config/kinds.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <utility>

namespace chat::config::kind {
namespace {

struct Unit {
  std::string_view suffix;
  std::uint64_t factor;
};

// Largest first, so that printing finds the shortest form.
constexpr std::array kSizeUnits = {Unit{"T", 1ULL << 40}, Unit{"G", 1ULL << 30},
                                   Unit{"M", 1ULL << 20}, Unit{"K", 1ULL << 10}, Unit{"", 1}};
constexpr std::array kTimeUnits = {Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000},
                                   Unit{"ms", 1}};
constexpr std::array kRateUnits = {Unit{"h", 3600}, Unit{"m", 60}, Unit{"s", 1}};

// In the order of config::Durability.
constexpr std::array<std::string_view, 3> kDurabilityNames = {"redis", "disk", "replica"};

constexpr const char* kOutOfRange = "is out of range";

// Reads the leading digits of `text`; what follows them is left in `rest`.
std::uint64_t leading_number(std::string_view text, std::string_view& rest, const char* complaint) {
  std::uint64_t number = 0;
  const bool negative = text.size() > 1 && text[0] == '-' && text[1] >= '0' && text[1] <= '9';
  if (negative) throw std::out_of_range(kOutOfRange);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) throw std::out_of_range(kOutOfRange);
  if (error != std::errc()) throw std::invalid_argument(complaint);
  rest = text.substr(static_cast<std::size_t>(end - text.data()));
  return number;
}

template <std::size_t kCount>
std::uint64_t factor_of(const std::array<Unit, kCount>& units, std::string_view suffix,
                        const char* complaint) {
  const auto unit = std::find_if(units.begin(), units.end(),
                                 [&](const Unit& each) { return each.suffix == suffix; });
  if (unit == units.end()) throw std::invalid_argument(complaint);
  return unit->factor;
}

std::uint64_t product(std::uint64_t number, std::uint64_t factor) {
  constexpr auto kHighest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (number > kHighest / factor) throw std::out_of_range(kOutOfRange);
  return number * factor;
}

template <std::size_t kCount>
std::string with_unit(const std::array<Unit, kCount>& units, std::uint64_t value) {
  for (const Unit& unit : units) {
    if (value >= unit.factor && value % unit.factor == 0)
      return std::to_string(value / unit.factor) + std::string(unit.suffix);
  }
  return "0";
}

}  // namespace

Integer::Value Integer::parse(std::string_view text) {
  constexpr const char* kComplaint = "must be a whole number";
  std::string_view rest;
  const std::uint64_t number = leading_number(text, rest, kComplaint);
  if (!rest.empty()) throw std::invalid_argument(kComplaint);
  return number;
}

std::string Integer::print(Value value) { return std::to_string(value); }

Size::Value Size::parse(std::string_view text) {
  constexpr const char* kComplaint = "must be a size such as 512, 64K, 10M or 1G";
  std::string_view suffix;
  const std::uint64_t number = leading_number(text, suffix, kComplaint);
  if (suffix.ends_with("iB")) {
    suffix.remove_suffix(2);
  } else if (suffix.ends_with('B')) {
    suffix.remove_suffix(1);
  }
  return product(number, factor_of(kSizeUnits, suffix, kComplaint));
}

std::string Size::print(Value value) { return with_unit(kSizeUnits, value); }

Duration::Value Duration::parse(std::string_view text) {
  constexpr const char* kComplaint = "must be a time such as 500ms, 10s, 5m or 12h";
  std::string_view suffix;
  const std::uint64_t number = leading_number(text, suffix, kComplaint);
  const std::uint64_t factor = factor_of(kTimeUnits, suffix.empty() ? "s" : suffix, kComplaint);
  return Value(static_cast<Value::rep>(product(number, factor)));
}

std::string Duration::print(Value value) {
  const auto count = static_cast<std::uint64_t>(value.count());
  return count == 0 ? "0s" : with_unit(kTimeUnits, count);
}

Rate::Value Rate::parse(std::string_view text) {
  constexpr const char* kComplaint = "must be a rate such as 10/s, 60/m or 20/h";
  std::string_view suffix;
  const std::uint64_t number = leading_number(text, suffix, kComplaint);
  if (!suffix.starts_with('/')) throw std::invalid_argument(kComplaint);
  const std::uint64_t seconds = factor_of(kRateUnits, suffix.substr(1), kComplaint);
  return Value{number, std::chrono::seconds(static_cast<std::int64_t>(seconds))};
}

std::string Rate::print(const Value& value) {
  const auto seconds = static_cast<std::uint64_t>(value.per.count());
  const auto unit = std::find_if(kRateUnits.begin(), kRateUnits.end(),
                                 [&](const Unit& each) { return each.factor == seconds; });
  return std::to_string(value.count) + '/' + std::string(unit->suffix);
}

Boolean::Value Boolean::parse(std::string_view text) {
  constexpr std::array kWords = {
      std::pair{"on", true},  std::pair{"true", true}, std::pair{"yes", true},
      std::pair{"1", true},   std::pair{"off", false}, std::pair{"false", false},
      std::pair{"no", false}, std::pair{"0", false},
  };
  for (const auto& [word, value] : kWords) {
    if (text == word) return value;
  }
  throw std::invalid_argument("must be on or off");
}

std::string Boolean::print(Value value) { return value ? "true" : "false"; }

Text::Value Text::parse(std::string_view text) {
  const auto is_control = [](char byte) { return static_cast<unsigned char>(byte) < 0x20; };
  if (std::any_of(text.begin(), text.end(), is_control))
    throw std::invalid_argument("must not hold control characters");
  return std::string(text);
}

std::string Text::print(const Value& value) { return value; }

Path::Value Path::parse(std::string_view text) {
  std::string path = Text::parse(text);
  if (path.empty()) return path;
  return std::filesystem::absolute(path).lexically_normal().string();
}

std::string Path::print(const Value& value) { return value; }

Level::Value Level::parse(std::string_view text) {
  Value level{};
  if (!log::parse_level(text, level))
    throw std::invalid_argument("must be debug, info, warn or error");
  return level;
}

std::string Level::print(Value value) {
  constexpr std::array<const char*, 4> kNames = {"debug", "info", "warn", "error"};
  return kNames.at(static_cast<std::size_t>(value));
}

Durability::Value Durability::parse(std::string_view text) {
  for (std::size_t i = 0; i < kDurabilityNames.size(); ++i)
    if (kDurabilityNames.at(i) == text) return static_cast<Value>(i);
  throw std::invalid_argument("must be redis, disk or replica");
}

std::string Durability::print(Value value) {
  return std::string(kDurabilityNames.at(static_cast<std::size_t>(value)));
}

Redis::Value Redis::parse(std::string_view text) { return parse_redis_address(text); }

std::string Redis::print(const Value& value) { return to_string(value); }

}  // namespace chat::config::kind
