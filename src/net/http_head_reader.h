// Reads a whole request head, as the parser cut it out, into an HttpRequest.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "net/http_request.h"

namespace chat::net {

class HttpHeadReader {
 public:
  // `head` ends with the blank line; every line in it ends in CRLF, and no other CR, LF or NUL
  // occurs. `max_target` bounds the target's length.
  HttpHeadReader(std::vector<char> head, std::size_t max_target);

  // 0 when the head is right, else the status to refuse it with.
  int read();

  HttpRequest take() { return std::move(request_); }

 private:
  std::string_view next_line();
  int read_request_line(std::string_view line);
  int read_field(std::string_view line);
  int read_host(std::string_view authority);
  int read_framing();
  int read_length(std::string_view digits);
  int read_coding(std::string_view coding);

  HttpRequest request_;
  std::size_t position_ = 0;
  std::size_t max_target_;
};

}  // namespace chat::net
