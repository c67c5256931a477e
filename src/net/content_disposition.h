// The header that says whether a browser shows or saves, and under which name (RFC 6266).
#pragma once

#include <string>
#include <string_view>

namespace chat::net {

// The value of Content-Disposition. `name` is UTF-8, without control characters; it is written
// twice, for old readers in ASCII and in full as RFC 8187 has it.
std::string content_disposition(bool in_place, std::string_view name);

}  // namespace chat::net
