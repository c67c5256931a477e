// Base64 of RFC 4648 section 4, with padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chat {

std::string to_base64(std::string_view bytes);

// Nothing when the text is no base64, its padding included.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace chat
