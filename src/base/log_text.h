// Text from outside made safe for a log line: no control bytes, valid UTF-8, no broken quoting.
#pragma once

#include <string>
#include <string_view>

namespace chat::log {

// Appends `text` escaped as the inside of a JSON string; bytes that are no UTF-8 become U+FFFD.
void append_json_text(std::string& line, std::string_view text);

// Appends `text` for a terminal: control bytes and bytes that are no UTF-8 become "\xNN".
void append_plain_text(std::string& line, std::string_view text);

}  // namespace chat::log
