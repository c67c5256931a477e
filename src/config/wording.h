// Words for complaints about what somebody typed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chat::config {

// The text for one line of a complaint: no control characters, and not too long.
std::string shown(std::string_view text);

// "; did you mean X?", where X is the candidate that `word` is a likely misspelling of, or empty.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace chat::config
