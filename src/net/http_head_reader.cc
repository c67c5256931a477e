#include "net/http_head_reader.h"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "net/http_target.h"

namespace chat::net {
namespace {

constexpr std::string_view kVersion = "HTTP/1.1";

bool is_token_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_field_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

std::string lowered(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace

HttpHeadReader::HttpHeadReader(std::vector<char> head, std::size_t max_target)
    : max_target_(max_target) {
  request_.bytes_ = std::move(head);
}

int HttpHeadReader::read() {
  if (const int status = read_request_line(next_line())) return status;
  for (std::string_view line = next_line(); !line.empty(); line = next_line()) {
    if (const int status = read_field(line)) return status;
  }
  if (const int status = read_host(request_.host_)) return status;
  return read_framing();
}

std::string_view HttpHeadReader::next_line() {
  const std::string_view rest(request_.bytes_.data() + position_,
                              request_.bytes_.size() - position_);
  const std::size_t end = rest.find("\r\n");
  position_ += end + 2;
  return rest.substr(0, end);
}

int HttpHeadReader::read_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return 400;
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method)) return 400;

  const bool versioned = version.size() == kVersion.size() &&
                         version.substr(0, 5) == kVersion.substr(0, 5) && version[6] == '.' &&
                         version[5] >= '0' && version[5] <= '9' && version[7] >= '0' &&
                         version[7] <= '9';
  if (!versioned) return 400;
  if (version[5] != '1') return 505;
  if (target.size() > max_target_) return 414;

  auto parts = parse_target(method, target);
  if (!parts) return 400;
  request_.method_ = method;
  request_.target_ = target;
  request_.version_ = version;
  request_.path_ = std::move(parts->path);
  request_.query_ = parts->query;
  request_.host_ = parts->authority;
  return 0;
}

int HttpHeadReader::read_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return 400;
  std::string_view value = line.substr(colon + 1);
  if (!std::all_of(value.begin(), value.end(), is_field_char)) return 400;
  const std::size_t begin = std::min(value.find_first_not_of(" \t"), value.size());
  value.remove_prefix(begin);
  value = value.substr(0, value.find_last_not_of(" \t") + 1);

  char* name = request_.bytes_.data() + (line.data() - request_.bytes_.data());
  for (std::size_t i = 0; i < colon; ++i) {
    if (name[i] >= 'A' && name[i] <= 'Z') name[i] = static_cast<char>(name[i] - 'A' + 'a');
  }
  request_.headers_.push_back({line.substr(0, colon), value});
  return 0;
}

// RFC 9112 section 3.2: exactly one Host, which an absolute target overrides (section 3.2.2).
int HttpHeadReader::read_host(std::string_view authority) {
  const std::size_t count = request_.count("host");
  if (count > 1 || (count == 0 && !request_.is_http_1_0())) return 400;
  if (count == 0) return 0;
  const std::string_view host = *request_.header("host");
  if (!is_authority(host)) return 400;
  if (authority.empty()) request_.host_ = host;
  return 0;
}

// RFC 9112 section 6: how long the body is, beyond doubt.
int HttpHeadReader::read_framing() {
  const std::size_t lengths = request_.count("content-length");
  const std::size_t codings = request_.count("transfer-encoding");
  if (lengths + codings > 1) return 400;
  if (lengths == 1) {
    if (const int status = read_length(*request_.header("content-length"))) return status;
  }
  if (codings == 1) {
    if (const int status = read_coding(*request_.header("transfer-encoding"))) return status;
  }
  const auto expect = request_.header("expect");
  return expect && !request_.is_http_1_0() && lowered(*expect) != "100-continue" ? 417 : 0;
}

int HttpHeadReader::read_length(std::string_view digits) {
  const char* end = digits.data() + digits.size();
  const bool all_digits = !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
  if (!all_digits) return 400;
  const auto [stop, error] = std::from_chars(digits.data(), end, request_.content_length_);
  const bool fits =
      error == std::errc() && request_.content_length_ <= std::numeric_limits<std::int64_t>::max();
  return fits ? 0 : 413;
}

int HttpHeadReader::read_coding(std::string_view coding) {
  if (request_.is_http_1_0() || coding.empty()) return 400;
  const std::string name = lowered(coding);
  if (name == "chunked") {
    request_.chunked_ = true;
    return 0;
  }
  // Chunked anywhere but alone or last leaves the end of the body open to interpretation.
  const bool chunked_inside = request_.has_token("transfer-encoding", "chunked");
  const std::size_t comma = name.rfind(',');
  const bool chunked_last = comma != std::string::npos &&
                            name.find("chunked", comma) != std::string::npos &&
                            name.ends_with("chunked");
  return chunked_inside && !chunked_last ? 400 : 501;
}

}  // namespace chat::net
