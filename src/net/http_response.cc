#include "net/http_response.h"

#include <algorithm>
#include <utility>

namespace chat::net {
namespace {

constexpr std::pair<int, std::string_view> kReasons[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {204, "No Content"},
    {206, "Partial Content"},
    {303, "See Other"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {460, "Checksum Mismatch"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

// IMF-fixdate; the process stays in the C locale.
constexpr const char* kDateFormat = "%a, %d %b %Y %H:%M:%S GMT";

// The Date of all responses made in the same second.
const std::string& date_now() {
  thread_local std::time_t second = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now != second) {
    second = now;
    text = http_date(now);
  }
  return text;
}

void append_field(std::string& fields, std::string_view name, std::string_view value) {
  fields.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string_view reason_of(int status) {
  const auto* found = std::find_if(std::begin(kReasons), std::end(kReasons),
                                   [status](const auto& entry) { return entry.first == status; });
  return found == std::end(kReasons) ? "Unknown" : found->second;
}

std::string http_date(std::time_t time) {
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[64];
  return std::string(text, std::strftime(text, sizeof(text), kDateFormat, &parts));
}

std::time_t parse_http_date(std::string_view text) {
  const std::string copy(text);
  std::tm parts{};
  if (strptime(copy.c_str(), kDateFormat, &parts) == nullptr) return -1;
  const std::time_t time = timegm(&parts);
  return http_date(time) == text ? time : -1;  // strptime is more lenient than the format
}

std::uint64_t retry_after() {
  constexpr std::uint64_t kLeast = 5;
  constexpr std::uint64_t kSpread = 11;
  constexpr std::uint64_t kStep = 7;  // shares no factor with the spread: all of it is met
  thread_local std::uint64_t turns = 0;
  return kLeast + turns++ * kStep % kSpread;
}

std::string SecurityHeaders::lines() const {
  std::string lines;
  append_field(lines, "X-Content-Type-Options", "nosniff");
  append_field(lines, "Referrer-Policy", "same-origin");
  append_field(lines, "Cross-Origin-Opener-Policy", "same-origin");
  append_field(lines, "Content-Security-Policy", content_security_policy);
  append_field(lines, "Permissions-Policy", permissions_policy);
  if (strict_transport_security) {
    append_field(lines, "Strict-Transport-Security", "max-age=31536000");
  }
  return lines;
}

HttpResponse& HttpResponse::add(std::string_view name, std::string_view value) {
  std::string clean(value);
  std::erase_if(clean, [](char c) { return c == '\r' || c == '\n'; });
  append_field(fields_, name, clean);
  return *this;
}

HttpResponse& HttpResponse::add(std::string_view name, std::uint64_t value) {
  return add(name, std::to_string(value));
}

std::string HttpResponse::head(std::string_view common) const {
  std::string head = "HTTP/1.1 " + std::to_string(status_) + " ";
  head.append(reason_of(status_)).append("\r\n");
  append_field(head, "Date", date_now());
  head.append(fields_).append(common).append("\r\n");
  return head;
}

}  // namespace chat::net
