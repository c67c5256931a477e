#include "net/http_request_parser.h"

#include <utility>

#include "net/http_head_reader.h"

namespace chat::net {
namespace {

constexpr std::size_t kRequestLineExtra = 64;  // the method, two spaces and the version

}  // namespace

HttpRequestParser::Outcome HttpRequestParser::feed(std::span<const char> bytes, std::size_t& used) {
  used = 0;
  while (used < bytes.size()) {
    const Outcome outcome = scan(bytes[used++]);
    if (outcome != Outcome::need_more) return outcome;
  }
  return Outcome::need_more;
}

// Keeps to what can be judged byte by byte: the ends of lines, and sizes.
HttpRequestParser::Outcome HttpRequestParser::scan(char byte) {
  if (head_.size() >= limits_.max_head) return refuse(lines_ == 0 ? 414 : 431);
  head_.push_back(byte);
  if (after_cr_) {
    after_cr_ = false;
    return byte == '\n' ? end_line() : refuse(400);
  }
  if (byte == '\r') {
    after_cr_ = true;
    return Outcome::need_more;
  }
  if (byte == '\n' || byte == '\0') return refuse(400);
  ++line_length_;
  const bool folded = lines_ > 0 && line_length_ == 1 && (byte == ' ' || byte == '\t');
  const bool binary = lines_ == 0 && (byte < ' ' || byte == 0x7f);
  if (folded || binary) return refuse(400);
  if (lines_ == 0 && line_length_ > limits_.max_target + kRequestLineExtra) return refuse(414);
  return Outcome::need_more;
}

HttpRequestParser::Outcome HttpRequestParser::end_line() {
  const bool blank = std::exchange(line_length_, 0) == 0;
  if (!blank) {
    ++lines_;
    return lines_ > limits_.max_headers + 1 ? refuse(431) : Outcome::need_more;
  }
  if (lines_ > 0) return read_head();
  // One blank line before the request is overlooked (RFC 9112 section 2.2).
  head_.clear();
  return std::exchange(skipped_blank_, true) ? refuse(400) : Outcome::need_more;
}

HttpRequestParser::Outcome HttpRequestParser::read_head() {
  HttpHeadReader reader(std::exchange(head_, {}), limits_.max_target);
  if (const int status = reader.read()) return refuse(status);
  request_ = reader.take();
  lines_ = 0;
  skipped_blank_ = false;
  return Outcome::complete;
}

HttpRequestParser::Outcome HttpRequestParser::refuse(int status) {
  status_ = status;
  return Outcome::refused;
}

HttpRequest HttpRequestParser::take() { return std::move(request_); }

}  // namespace chat::net
