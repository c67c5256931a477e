#include "websocket/utf8.h"

#include <cstring>

namespace chat::websocket {
namespace {

using Byte = unsigned char;

const Byte* skip_ascii(const Byte* at, const Byte* end) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  while (end - at >= 16) {
    std::uint64_t words[2];
    std::memcpy(words, at, 16);
    if (((words[0] | words[1]) & kHighBits) != 0) break;
    at += 16;
  }
  while (at != end && *at < 0x80) ++at;
  return at;
}

bool is_continuation(Byte byte) { return (byte & 0xC0) == 0x80; }

// Whole code points of three bytes, which most Chinese, Japanese and Korean text is made of; those
// whose second byte has bounds of its own (E0, ED) are left to the general way.
const Byte* skip_three_byte(const Byte* at, const Byte* end) {
  while (end - at >= 3 && (at[0] & 0xF0) == 0xE0 && at[0] != 0xE0 && at[0] != 0xED &&
         is_continuation(at[1]) && is_continuation(at[2])) {
    at += 3;
  }
  return at;
}

}  // namespace

bool Utf8Validator::feed(std::string_view bytes) {
  const Byte* at = reinterpret_cast<const Byte*>(bytes.data());
  const Byte* const end = at + bytes.size();
  while (true) {
    for (; missing_ != 0; --missing_, ++at) {
      if (at == end) return true;
      if (*at < lowest_ || *at > highest_) return false;
      lowest_ = 0x80;
      highest_ = 0xBF;
    }
    at = skip_three_byte(skip_ascii(at, end), end);
    if (at == end) return true;
    if (*at < 0x80) continue;
    if (!begin_code_point(*at++)) return false;
  }
}

// The first byte tells how many follow; the bounds of the second leave out overlong forms (E0, F0),
// surrogates (ED) and what lies above U+10FFFF (F4).
bool Utf8Validator::begin_code_point(Byte lead) {
  if (lead < 0xC2 || lead > 0xF4) return false;
  missing_ = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  lowest_ = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  highest_ = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  return true;
}

bool is_valid_utf8(std::string_view text) {
  Utf8Validator validator;
  return validator.feed(text) && validator.complete();
}

}  // namespace chat::websocket
