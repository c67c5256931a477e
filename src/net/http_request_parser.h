// Cuts one request head out of a stream of bytes, however they are split, within fixed bounds.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "net/http_request.h"

namespace chat::net {

struct HttpLimits {
  std::size_t max_head = 16 * 1024;   // bytes of request line and fields; beyond it 431
  std::size_t max_target = 8 * 1024;  // bytes of the target; beyond it 414
  std::size_t max_headers = 100;      // fields; beyond it 431
};

class HttpRequestParser {
 public:
  enum class Outcome { need_more, complete, refused };

  explicit HttpRequestParser(const HttpLimits& limits) : limits_(limits) {}

  // Takes bytes up to the end of the head and sets `used` to how many; those behind it are body or
  // the next request. After `refused` the connection cannot be read any further: answer status()
  // and close. After `complete`, take() and feed() the next.
  Outcome feed(std::span<const char> bytes, std::size_t& used);

  HttpRequest take();

  // 400, 413 (length beyond 2^63), 414, 417, 431, 501 (transfer coding) or 505.
  int status() const { return status_; }

  // Whether part of a head has arrived.
  bool started() const { return !head_.empty(); }

 private:
  Outcome scan(char byte);
  Outcome end_line();
  Outcome read_head();
  Outcome refuse(int status);

  HttpLimits limits_;
  std::vector<char> head_;
  HttpRequest request_;
  std::size_t lines_ = 0;        // finished so far
  std::size_t line_length_ = 0;  // of the line being read
  bool after_cr_ = false;
  bool skipped_blank_ = false;
  int status_ = 0;
};

}  // namespace chat::net
