#include "net/http_target.h"

#include <strings.h>

#include <algorithm>

namespace chat::net {
namespace {

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Browsers leave some characters unescaped that RFC 3986 does not allow, such as '|' in a query:
// those do no harm.
bool is_target_char(char c) {
  return c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '#' && c != '\\';
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::string_view segment = path.substr(0, path.find('/'));
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(segment.size());
  }
  return false;
}

// Removes "http://authority" from the front of `target` and returns the authority.
std::optional<std::string_view> take_authority(std::string_view& target) {
  const std::size_t colon = target.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string scheme(target.substr(0, colon));
  const auto is_scheme = [&scheme](const char* known) {
    return strcasecmp(scheme.c_str(), known) == 0;
  };
  if (!is_scheme("http") && !is_scheme("https") && !is_scheme("ws") && !is_scheme("wss")) {
    return std::nullopt;
  }
  const std::string_view rest = target.substr(colon + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  if (authority.empty() || !is_authority(authority)) return std::nullopt;
  target = rest.substr(authority.size());
  return authority;
}

bool is_port(std::string_view text) {
  return text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool is_authority(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || end == 1) return false;
    const bool host_ok =
        std::all_of(text.begin() + 1, text.begin() + static_cast<long>(end),
                    [](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; });
    const std::string_view rest = text.substr(end + 1);
    return host_ok && (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1))));
  }
  const std::size_t colon = text.find(':');
  const std::string_view host = text.substr(0, colon);
  if (colon != std::string_view::npos && (host.empty() || !is_port(text.substr(colon + 1)))) {
    return false;
  }
  return std::all_of(host.begin(), host.end(), [](char c) {
    return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
  });
}

std::optional<std::string> decode_path(std::string_view path) {
  std::string decoded;
  decoded.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%') {
      if (path.size() - i < 3) return std::nullopt;
      const int high = hex_value(path[i + 1]);
      const int low = hex_value(path[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      if (c == '/') return std::nullopt;
      i += 2;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == '\\') return std::nullopt;
    decoded += c;
  }
  if (!decoded.starts_with('/') || has_dot_segment(decoded)) return std::nullopt;
  return decoded;
}

std::optional<HttpTarget> parse_target(std::string_view method, std::string_view target) {
  if (target.empty() || !std::all_of(target.begin(), target.end(), is_target_char)) {
    return std::nullopt;
  }
  HttpTarget result;
  if (method == "CONNECT") {
    if (!is_authority(target)) return std::nullopt;
    result.authority = target;
    return result;
  }
  if (target == "*") {
    if (method != "OPTIONS") return std::nullopt;
    return result;
  }
  if (!target.starts_with('/')) {
    const auto authority = take_authority(target);
    if (!authority) return std::nullopt;
    result.authority = *authority;
  }
  const std::size_t question = target.find('?');
  if (question != std::string_view::npos) result.query = target.substr(question + 1);
  const std::string_view path = target.substr(0, question);
  auto decoded = decode_path(path.empty() ? "/" : path);
  if (!decoded) return std::nullopt;
  result.path = std::move(*decoded);
  return result;
}

}  // namespace chat::net
