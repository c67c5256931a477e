// The opening handshake under hostile headers. The input is the header lines of an otherwise good
// request; lines of the same name replace the good ones, others are added.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "websocket/access.h"
#include "websocket/handshake.h"
#include "websocket/token_scanner.h"

namespace {

using namespace chat::websocket;

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<Header> headers_of(std::string_view lines) {
  std::vector<Header> headers{{"Host", "server.example.com"},
                              {"Upgrade", "websocket"},
                              {"Connection", "Upgrade"},
                              {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                              {"Sec-WebSocket-Version", "13"}};
  const std::size_t good = headers.size();
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const std::size_t colon = std::min(line.find(':'), line.size());
    const Header header{line.substr(0, colon), line.substr(std::min(line.size(), colon + 1))};
    for (std::size_t i = 0; i < good; ++i)
      if (equal_ignoring_case(headers[i].name, header.name)) headers[i].name = {};
    headers.push_back(header);
  }
  return headers;
}

// A response head holds nothing that a client could have put there.
void check(const Accepted& accepted) {
  const std::string& head = accepted.response_head;
  require(head.starts_with("HTTP/1.1 101 ") && head.ends_with("\r\n\r\n") && head.size() < 512);
  require(head.find("\r\n\r\n") == head.size() - 4);
  for (const char c : head) require(c == '\r' || c == '\n' || (c >= 0x20 && c < 0x7F));
}

// A request's Host, and the one origin that is its own when nobody is listed.
struct OwnOrigin {
  Target target;
  std::string_view origin;
};
constexpr OwnOrigin own_origins[] = {
    {{"a", false}, "http://a"},
    {{"a", true}, "https://a"},
    {{"a:80", false}, "http://a"},
    {{"a:80", true}, "https://a:80"},
    {{"a:443", false}, "http://a:443"},
    {{"a:443", true}, "https://a"},
    {{"", false}, {}},
    {{"", true}, {}},
};

// Nobody is trusted but the page's own server, or whoever the list names.
void check_origin(std::string_view origin) {
  const std::vector<std::string> listed{"example.com"};
  for (const auto& [target, own] : own_origins) {
    require(origin_trusted(origin, target, {}) == (!own.empty() && origin == own));
    require(origin_trusted(origin, target, listed) ==
            (origin == "https://example.com" || (!target.tls && origin == "http://example.com")));
  }
  if (host_allowed(origin, listed)) require(origin.starts_with("example.com"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<Header> headers = headers_of({reinterpret_cast<const char*>(data), size});
  for (const Header& header : headers) check_origin(header.value);
  const Policy policies[] = {{}, {{"server.example.com"}, {"example.com"}, true}};
  for (const Policy& policy : policies) {
    const UpgradeRequest request{"GET", "HTTP/1.1", headers};
    const auto answer = negotiate(request, policy);
    if (const auto* accepted = std::get_if<Accepted>(&answer)) {
      require(asks_for_websocket(request));
      check(*accepted);
    } else {
      const int status = std::get<Refused>(answer).status;
      require(status == 400 || status == 403 || status == 426);
    }
  }
  return 0;
}
