#include "net/content_disposition.h"

#include <cctype>

namespace chat::net {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

// attr-char of RFC 8187.
bool is_plain(unsigned char byte) {
  return byte < 0x80 &&
         (std::isalnum(byte) != 0 ||
          std::string_view("!#$&+-.^_`|~").find(static_cast<char>(byte)) != std::string_view::npos);
}

std::string in_ascii(std::string_view name) {
  std::string text;
  for (const char byte : name) {
    const auto code = static_cast<unsigned char>(byte);
    if ((code & 0xC0U) == 0x80U) continue;  // the rest of a character
    const bool safe = code >= 0x20 && code < 0x7F && byte != '"' && byte != '\\' && byte != '%';
    text += safe ? byte : '_';
  }
  return text;
}

std::string escaped(std::string_view name) {
  std::string text;
  for (const char byte : name) {
    const auto code = static_cast<unsigned char>(byte);
    if (is_plain(code)) {
      text += byte;
    } else {
      text += '%';
      text += kHex[code >> 4];
      text += kHex[code & 15U];
    }
  }
  return text;
}

}  // namespace

std::string content_disposition(bool in_place, std::string_view name) {
  std::string value = in_place ? "inline" : "attachment";
  value += "; filename=\"" + in_ascii(name) + "\"";
  value += "; filename*=UTF-8''" + escaped(name);
  return value;
}

}  // namespace chat::net
