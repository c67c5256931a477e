#include "protocol/json_writer.h"

#include <charconv>
#include <cmath>

#include "protocol/php_float.h"
#include "protocol/utf8.h"

namespace chat::protocol {
namespace {

constexpr std::string_view kLineSeparator = "\xE2\x80\xA8";       // U+2028
constexpr std::string_view kParagraphSeparator = "\xE2\x80\xA9";  // U+2029
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";         // U+FFFD

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\' && c != '/';
}

void append_escaped_ascii(std::string& out, char c) {
  constexpr std::string_view kNamed = "\"\\/\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  if (const auto at = kNamed.find(c); at != std::string_view::npos) {
    out += '\\';
    out += kLetters[at];
    return;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u00";
  out += kHex[static_cast<unsigned char>(c) >> 4];
  out += kHex[static_cast<unsigned char>(c) & 0xF];
}

// Appends the character at the start of `text`, which is not plain, and returns its size there.
std::size_t append_special(std::string& out, std::string_view text) {
  const std::size_t size = utf8_character_size(text);
  if (size == 1) {
    append_escaped_ascii(out, text[0]);
    return 1;
  }
  if (size == 0) {
    out += kReplacement;
    return 1;
  }
  const std::string_view character = text.substr(0, size);
  if (character == kLineSeparator) {
    out += "\\u2028";
  } else if (character == kParagraphSeparator) {
    out += "\\u2029";
  } else {
    out += character;
  }
  return size;
}

}  // namespace

void JsonWriter::separate() {
  if (comma_) out_ += ',';
  comma_ = true;
}

void JsonWriter::literal(std::string_view json) {
  separate();
  out_ += json;
}

void JsonWriter::integer(std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  literal({digits, static_cast<std::size_t>(end - digits)});
}

void JsonWriter::real(double value) {
  if (!std::isfinite(value)) return null();
  separate();
  append_php_float(out_, value);
}

void JsonWriter::text(std::string_view value) {
  separate();
  quote(value);
}

void JsonWriter::key(std::string_view name) {
  separate();
  quote(name);
  out_ += ':';
  comma_ = false;
}

void JsonWriter::begin(char bracket) {
  separate();
  out_ += bracket;
  comma_ = false;
}

void JsonWriter::end(char bracket) {
  out_ += bracket;
  comma_ = true;
}

void JsonWriter::quote(std::string_view text) {
  out_ += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && is_plain(text[plain])) ++plain;
    out_ += text.substr(0, plain);
    text.remove_prefix(plain);
    if (!text.empty()) text.remove_prefix(append_special(out_, text));
  }
  out_ += '"';
}

}  // namespace chat::protocol
