// The head of an HTTP response, and the headers that every response of the server carries.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

namespace chat::net {

// "Not Found"; "Unknown" for a status the server does not use.
std::string_view reason_of(int status);

// IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
std::string http_date(std::time_t time);

// The seconds since 1970 of an IMF-fixdate, or -1 for anything else.
std::time_t parse_http_date(std::string_view text);

// Seconds after which a client that was turned away may come again: another number for each, so
// that they do not all come back at once.
std::uint64_t retry_after();

// What browsers are told to forbid; the same for every response.
struct SecurityHeaders {
  std::string content_security_policy =
      "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
      "object-src 'none'; base-uri 'none'; "
      "form-action 'self'; frame-ancestors 'none'";
  std::string permissions_policy = "camera=(self), microphone=(self), display-capture=(self)";
  bool strict_transport_security = false;  // under TLS

  // Header lines, each ending in CRLF.
  std::string lines() const;
};

class HttpResponse {
 public:
  explicit HttpResponse(int status) : status_(status) {}

  // Adds a field. CR and LF in `value`, which would begin another field, are dropped.
  HttpResponse& add(std::string_view name, std::string_view value);
  HttpResponse& add(std::string_view name, std::uint64_t value);

  int status() const { return status_; }

  // The whole head with Date and the blank line; `common` holds finished header lines.
  std::string head(std::string_view common) const;

 private:
  int status_;
  std::string fields_;
};

}  // namespace chat::net
