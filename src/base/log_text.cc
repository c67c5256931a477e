#include "base/log_text.h"

#include <fmt/format.h>

#include <cstddef>

namespace chat::log {
namespace {

unsigned char byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

bool continues(std::string_view text, std::size_t at) { return (byte_at(text, at) & 0xC0) == 0x80; }

// The length of the well-formed sequence of two to four bytes that `text` starts with, or 0
// (RFC 3629 section 4).
std::size_t multibyte_length(std::string_view text) {
  const unsigned char first = byte_at(text, 0);
  const unsigned char second = byte_at(text, 1);
  if (!continues(text, 1)) return 0;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (!continues(text, 2)) return 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  if (first < 0xF0 || first > 0xF4 || !continues(text, 3)) return 0;
  const bool overlong = first == 0xF0 && second < 0x90;
  const bool too_high = first == 0xF4 && second > 0x8F;
  return overlong || too_high ? 0 : 4;
}

// Appends what may stand as it is and calls `escape` with every other byte.
template <class Escape>
void append_safely(std::string& line, std::string_view text, Escape escape) {
  while (!text.empty()) {
    const unsigned char first = byte_at(text, 0);
    std::size_t length = 1;
    if (first >= 0x80) length = multibyte_length(text);
    if (length == 0 || first < 0x20 || first == 0x7F || first == '"' || first == '\\') {
      escape(first);
      length = 1;
    } else {
      line += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
}

}  // namespace

void append_json_text(std::string& line, std::string_view text) {
  append_safely(line, text, [&](unsigned char byte) {
    if (byte == '"' || byte == '\\') {
      line += '\\';
      line += static_cast<char>(byte);
    } else if (byte >= 0x80) {
      line += "\\ufffd";
    } else {
      line += fmt::format("\\u{:04x}", byte);
    }
  });
}

void append_plain_text(std::string& line, std::string_view text) {
  append_safely(line, text, [&](unsigned char byte) {
    if (byte == '"' || byte == '\\') {
      line += static_cast<char>(byte);
    } else {
      line += fmt::format("\\x{:02x}", byte);
    }
  });
}

}  // namespace chat::log
