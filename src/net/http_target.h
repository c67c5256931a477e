// The target of a request taken apart (RFC 9112 section 3.2) and its path made safe to use.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chat::net {

struct HttpTarget {
  std::string path;            // decoded; empty for the asterisk and authority forms
  std::string_view query;      // after '?', as sent; points into the target
  std::string_view authority;  // of the absolute form, else empty; points into the target
};

// Nothing when the target is malformed, does not suit the method, or its path does not survive
// decode_path().
std::optional<HttpTarget> parse_target(std::string_view method, std::string_view target);

// Percent-decodes a path. Nothing when an escape is malformed, or the result holds a control
// character, a backslash, an encoded slash, or a "." or ".." segment.
std::optional<std::string> decode_path(std::string_view path);

// Whether `text` can be a host with an optional port: "example.org", "127.0.0.1:8080", "[::1]:80".
bool is_authority(std::string_view text);

}  // namespace chat::net
