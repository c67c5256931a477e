// What part of a file a request gets, if any: conditional requests, ranges and content codings
// (RFC 9110 sections 13, 14 and 12.5.3). Pure functions, free of I/O.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "net/http_request.h"

namespace chat::net {

// The fields of a request that decide; copies, since the decision is made on another thread.
struct FileConditions {
  static FileConditions of(const HttpRequest& request);

  bool has_if_none_match = false;
  std::string if_none_match;
  std::string if_modified_since;
  std::string range;
  std::string if_range;
  std::string accept_encoding;
};

struct FileFacts {
  std::uint64_t size = 0;
  std::time_t modified = 0;
  std::string etag;  // strong, with its quotes
};

struct FilePart {
  int status = 200;  // 200, 206, 304 or 416
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

// A single range is honoured; several, or a malformed one, get the whole file.
FilePart choose_part(const FileFacts& facts, const FileConditions& conditions);

// Whether an Accept-Encoding value accepts `coding` ("br", "gzip"), by name or by "*".
bool accepts_coding(std::string_view accept_encoding, std::string_view coding);

}  // namespace chat::net
