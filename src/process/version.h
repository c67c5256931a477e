// The version of the server.
#pragma once

#include <string_view>

namespace chat::process {

inline constexpr std::string_view kVersion = "1.0.0";

}  // namespace chat::process
