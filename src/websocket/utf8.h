// Validation of UTF-8 that arrives in pieces (RFC 3629: no overlong forms, no surrogates, nothing
// above U+10FFFF). It fails at the first byte that no valid text could continue with.
#pragma once

#include <cstdint>
#include <string_view>

namespace chat::websocket {

class Utf8Validator {
 public:
  // Takes the next bytes of the text; they may begin and end within a code point. False once the
  // text cannot become valid any more; the validator is then of no use until reset().
  bool feed(std::string_view bytes);

  // Whether the text may end here, that is, not within a code point.
  bool complete() const { return missing_ == 0; }

  void reset() { missing_ = 0; }

 private:
  bool begin_code_point(unsigned char lead);

  std::uint8_t missing_ = 0;  // continuation bytes still to come
  std::uint8_t lowest_ = 0;   // bounds of the next one
  std::uint8_t highest_ = 0;
};

// Whether `text` is a whole valid UTF-8 text.
bool is_valid_utf8(std::string_view text);

}  // namespace chat::websocket
