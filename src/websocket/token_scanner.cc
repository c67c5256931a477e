#include "websocket/token_scanner.h"

#include <algorithm>

namespace chat::websocket {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_space(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_token_char(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return is_letter(c) || is_digit(c) || kMarks.find(c) != std::string_view::npos;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool TokenScanner::next_element() {
  while (take(',')) {
  }
  return !rest_.empty();
}

bool TokenScanner::at_element_end() {
  skip_space();
  return rest_.empty() || rest_.front() == ',';
}

std::string_view TokenScanner::element() {
  std::string_view found = rest_.substr(0, rest_.find(','));
  rest_.remove_prefix(found.size());
  while (!found.empty() && is_space(found.back())) found.remove_suffix(1);
  return found;
}

bool TokenScanner::take(char c) {
  skip_space();
  if (!rest_.starts_with(c)) return false;
  rest_.remove_prefix(1);
  skip_space();
  return true;
}

std::string_view TokenScanner::token() {
  const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token_char);
  const std::string_view found = rest_.substr(0, end - rest_.begin());
  rest_.remove_prefix(found.size());
  return found;
}

std::string_view TokenScanner::parameter_value() {
  if (!rest_.starts_with('"')) return token();
  rest_.remove_prefix(1);
  const std::string_view found = token();
  if (!rest_.starts_with('"')) return {};
  rest_.remove_prefix(1);
  return found;
}

void TokenScanner::skip_space() {
  while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace chat::websocket
