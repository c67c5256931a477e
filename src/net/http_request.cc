#include "net/http_request.h"

#include <strings.h>

#include <algorithm>

namespace chat::net {
namespace {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool list_holds(std::string_view list, std::string_view token) {
  while (true) {
    const std::size_t comma = list.find(',');
    if (equal_ignoring_case(trimmed(list.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

std::optional<std::string_view> HttpRequest::header(std::string_view name) const {
  for (const HttpHeader& header : headers_) {
    if (header.name == name) return header.value;
  }
  return std::nullopt;
}

std::size_t HttpRequest::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(headers_.begin(), headers_.end(),
                    [name](const HttpHeader& header) { return header.name == name; }));
}

bool HttpRequest::has_token(std::string_view name, std::string_view token) const {
  return std::any_of(headers_.begin(), headers_.end(), [&](const HttpHeader& header) {
    return header.name == name && list_holds(header.value, token);
  });
}

bool HttpRequest::keep_alive() const {
  if (is_http_1_0()) return has_token("connection", "keep-alive");
  return !has_token("connection", "close");
}

}  // namespace chat::net
