#include "protocol/php_float.h"

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace chat::protocol {
namespace {

// value = ±0.DIGITS × 10^point
struct Decimal {
  bool negative;
  std::string digits;
  int point;
};

Decimal shortest_decimal(double value) {
  char buffer[32];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<std::size_t>(end - buffer));  // -d.ddde±dd

  Decimal decimal{text.front() == '-', {}, 0};
  if (decimal.negative) text.remove_prefix(1);
  const auto exponent = text.find('e');
  for (const char c : text.substr(0, exponent)) {
    if (c != '.') decimal.digits += c;
  }
  int magnitude = 0;
  std::from_chars(text.data() + exponent + 2, end, magnitude);
  decimal.point = (text[exponent + 1] == '-' ? -magnitude : magnitude) + 1;
  return decimal;
}

void append_with_exponent(std::string& out, const Decimal& decimal) {
  const int exponent = decimal.point - 1;
  out += decimal.digits.front();
  out += '.';
  out += decimal.digits.size() > 1 ? decimal.digits.substr(1) : "0";
  out += exponent < 0 ? "e-" : "e+";
  out += std::to_string(std::abs(exponent));
}

void append_plain(std::string& out, const Decimal& decimal) {
  if (decimal.point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-decimal.point), '0');
    out += decimal.digits;
    return;
  }
  const auto whole = static_cast<std::size_t>(decimal.point);
  if (decimal.digits.size() <= whole) {
    out += decimal.digits;
    out.append(whole - decimal.digits.size(), '0');
    return;
  }
  out += decimal.digits.substr(0, whole);
  out += '.';
  out += decimal.digits.substr(whole);
}

}  // namespace

void append_php_float(std::string& out, double value) {
  constexpr int kMostWholeDigits = 17;
  constexpr int kMostZerosBehindPoint = 3;
  const Decimal decimal = shortest_decimal(value);
  if (decimal.negative) out += '-';
  if (decimal.point > kMostWholeDigits || decimal.point < -kMostZerosBehindPoint) {
    append_with_exponent(out, decimal);
  } else {
    append_plain(out, decimal);
  }
}

}  // namespace chat::protocol
