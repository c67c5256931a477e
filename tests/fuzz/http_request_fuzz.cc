// The HTTP request parser, fed in pieces whose sizes the input chooses: whatever comes, it keeps
// its bounds, cuts heads the same way however they are split, and hands on only what it promises.
// The session's cookie is read from each request, and compared with what a plain reading finds.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "net/file_conditions.h"
#include "net/http_request_parser.h"
#include "session/cookie.h"

namespace {

using chat::net::HttpLimits;
using chat::net::HttpRequest;
using chat::net::HttpRequestParser;
using Outcome = HttpRequestParser::Outcome;

constexpr HttpLimits kLimits{.max_head = 2048, .max_target = 256, .max_headers = 16};

void require(bool condition) {
  if (!condition) std::abort();
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// The different values of a cookie in all fields together.
std::set<std::string_view> values_of(const HttpRequest& request, std::string_view name) {
  std::set<std::string_view> values;
  for (const auto& [field, value] : request.headers()) {
    if (field != "cookie") continue;
    for (std::size_t begin = 0; begin < value.size();) {
      const std::size_t end = std::min(value.find(';', begin), value.size());
      const std::string_view pair = value.substr(begin, end - begin);
      const std::size_t equals = pair.find('=');
      if (equals != std::string_view::npos && trimmed(pair.substr(0, equals)) == name)
        values.insert(trimmed(pair.substr(equals + 1)));
      begin = end + 1;
    }
  }
  return values;
}

void check_cookie(const HttpRequest& request) {
  for (const bool tls : {false, true}) {
    std::set<std::string_view> values = values_of(request, "__Host-chatd");
    if (values.empty() && !tls) values = values_of(request, "chatd");
    const auto cookie = chat::session::read_session_cookie(request, tls);
    require(cookie.present == !values.empty());
    require(cookie.token == (values.size() == 1 ? *values.begin() : std::string_view()));
  }
}

void check(const HttpRequest& request) {
  require(!request.method().empty());
  require(request.target().size() <= kLimits.max_target);
  require(request.headers().size() <= kLimits.max_headers);
  const std::string& path = request.path();
  require(path.empty() || path.front() == '/');
  require((path + "/").find("/../") == std::string::npos);
  require(std::none_of(path.begin(), path.end(),
                       [](char c) { return (c >= 0 && c < ' ') || c == 0x7f || c == '\\'; }));
  for (const auto& [name, value] : request.headers()) {
    require(!name.empty());
    require(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
  }
  require(request.is_http_1_0() || request.count("host") == 1);
  require(request.count("content-length") + request.count("transfer-encoding") <= 1);
  check_cookie(request);
  (void)request.keep_alive();
  (void)request.asks_for_websocket();

  const chat::net::FileFacts file{.size = 1000, .modified = 784111777, .etag = "\"e\""};
  const auto conditions = chat::net::FileConditions::of(request);
  const auto part = choose_part(file, conditions);
  require(part.offset + part.length <= file.size);
  (void)chat::net::accepts_coding(conditions.accept_encoding, "br");
}

struct Result {
  std::vector<std::string> heads;  // target and number of fields of each request
  int status = 0;
  std::size_t used = 0;
  bool operator==(const Result&) const = default;
};

// Parses requests, as of a pipeline, until one is refused or the bytes are over.
template <class NextPiece>
Result parse(std::string_view bytes, NextPiece next_piece) {
  Result result;
  HttpRequestParser parser(kLimits);
  while (result.used < bytes.size()) {
    const std::size_t size = std::min(next_piece(), bytes.size() - result.used);
    std::size_t used = 0;
    const Outcome outcome = parser.feed(bytes.substr(result.used, size), used);
    require(used <= size && used > 0);
    result.used += used;
    if (outcome == Outcome::refused) {
      result.status = parser.status();
      require(result.status >= 400 && result.status <= 505);
      break;
    }
    if (outcome == Outcome::complete) {
      const HttpRequest request = parser.take();
      check(request);
      result.heads.push_back(std::string(request.target()) + " " +
                             std::to_string(request.headers().size()));
    } else {
      require(used == size);
    }
  }
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // The first byte seeds the sizes of the pieces.
  std::uint32_t seed = data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Result whole = parse(bytes, [&] { return bytes.size(); });
  const Result split = parse(bytes, [&] {
    seed = seed * 1103515245 + 12345;
    return std::size_t{1} + (seed >> 16) % 32;
  });
  require(whole == split);
  return 0;
}
