// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace chat::protocol {

// Bytes of the character at the start of `text`, 1 to 4; 0 when no valid one is there.
std::size_t utf8_character_size(std::string_view text);

bool is_utf8(std::string_view text);

}  // namespace chat::protocol
