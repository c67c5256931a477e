// A cursor over the value of a header: tokens, quoted strings and separators (RFC 9110
// section 5.6). Linear in the length of the value; allocates nothing.
#pragma once

#include <string_view>

namespace chat::websocket {

class TokenScanner {
 public:
  explicit TokenScanner(std::string_view text) : rest_(text) {}

  // Steps to the next element of a comma-separated list, over empty ones. False when none is left.
  bool next_element();

  // Whether the element has been read to its end.
  bool at_element_end();

  // The rest of the element as it is, without surrounding white space.
  std::string_view element();

  // Steps over `c` and the white space around it, if it comes next.
  bool take(char c);

  // The token that comes next, or an empty view.
  std::string_view token();

  // The value of a parameter: a token, or a quoted string whose content is one (RFC 6455 section
  // 9.1). Empty when there is none.
  std::string_view parameter_value();

 private:
  void skip_space();

  std::string_view rest_;
};

// Equality but for the case of ASCII letters.
bool equal_ignoring_case(std::string_view left, std::string_view right);

}  // namespace chat::websocket
