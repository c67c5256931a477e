// The head of one HTTP/1.1 request (RFC 9112), strictly read: whatever two programs could
// understand differently is refused.
//
// Owned by the exchange that parsed it; all views point into it and live as long as it does, moves
// included.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chat::net {

struct HttpHeader {
  std::string_view name;   // lower case
  std::string_view value;  // without surrounding white space
};

class HttpRequest {
 public:
  HttpRequest() = default;
  HttpRequest(HttpRequest&&) noexcept = default;
  HttpRequest& operator=(HttpRequest&&) noexcept = default;
  HttpRequest(const HttpRequest&) = delete;
  HttpRequest& operator=(const HttpRequest&) = delete;

  std::string_view method() const { return method_; }    // as sent: methods are case-sensitive
  std::string_view version() const { return version_; }  // "HTTP/1.0", "HTTP/1.1"
  std::string_view target() const { return target_; }    // as sent

  // The target's path, percent-decoded, beginning with '/' and free of "." and ".." segments,
  // control characters, backslashes and encoded slashes. Empty for `OPTIONS *` and CONNECT.
  const std::string& path() const { return path_; }
  std::string_view query() const { return query_; }  // after '?', as sent

  // Host with its port, of an absolute target or else the Host field; empty if HTTP/1.0 has none.
  std::string_view host() const { return host_; }

  std::span<const HttpHeader> headers() const { return headers_; }

  // `name` in lower case. The first field of that name; how many there are; whether one of them
  // holds `token` in its comma list, without regard to case.
  std::optional<std::string_view> header(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  bool has_token(std::string_view name, std::string_view token) const;

  bool is_http_1_0() const { return version_.ends_with('0'); }
  bool keep_alive() const;
  bool asks_for_websocket() const { return has_token("upgrade", "websocket"); }

  // The body to follow: `content_length()` bytes, or as many chunks as come.
  std::uint64_t content_length() const { return content_length_; }
  bool is_chunked() const { return chunked_; }
  bool has_body() const { return chunked_ || content_length_ > 0; }

 private:
  friend class HttpHeadReader;

  std::vector<char> bytes_;  // the head as received, names lowered in place
  std::string_view method_, target_, version_, query_, host_;
  std::string path_;
  std::vector<HttpHeader> headers_;
  std::uint64_t content_length_ = 0;
  bool chunked_ = false;
};

}  // namespace chat::net
