#include "websocket/handshake.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "websocket/access.h"
#include "websocket/extension_offer.h"
#include "websocket/token_scanner.h"

namespace chat::websocket {
namespace {

constexpr std::string_view kVersion13 = "Sec-WebSocket-Version: 13";

// The request's headers that matter, each with how often it came.
struct Field {
  std::string_view value;
  int count = 0;
};

Field find(const UpgradeRequest& request, std::string_view name) {
  Field found;
  for (const Header& header : request.headers) {
    if (!equal_ignoring_case(header.name, name)) continue;
    if (found.count++ == 0) found.value = header.value;
  }
  return found;
}

// Whether one of the headers called `name` lists `wanted`, in any case.
bool lists(const UpgradeRequest& request, std::string_view name, std::string_view wanted) {
  for (const Header& header : request.headers) {
    if (!equal_ignoring_case(header.name, name)) continue;
    TokenScanner scanner(header.value);
    while (scanner.next_element()) {
      if (equal_ignoring_case(scanner.element(), wanted)) return true;
    }
  }
  return false;
}

bool has_body(const UpgradeRequest& request) {
  const Field length = find(request, "Content-Length");
  return find(request, "Transfer-Encoding").count > 0 ||
         (length.count > 0 && !(length.count == 1 && length.value == "0"));
}

// 16 bytes in base64: 22 characters and the padding (RFC 4648 section 4).
bool is_key(std::string_view key) {
  if (key.size() != 24 || !key.ends_with("==")) return false;
  key.remove_suffix(2);
  return std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  });
}

// RFC 6455 section 4.2.2, step 5.4.
std::string accept_value(std::string_view key) {
  std::string joined(key);
  joined += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(joined.data()), joined.size(), digest.data());
  std::array<unsigned char, (SHA_DIGEST_LENGTH + 2) / 3 * 4 + 1> text;
  const int size = EVP_EncodeBlock(text.data(), digest.data(), digest.size());
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(size)};
}

std::optional<Refused> check(const UpgradeRequest& request, const Policy& policy) {
  if (request.method != "GET") return Refused{405, "method must be GET", "Allow: GET"};
  if (request.version != "HTTP/1.1") return Refused{400, "HTTP/1.1 is needed", {}};
  const Field host = find(request, "Host");
  if (host.count != 1 || host.value.empty()) return Refused{400, "one Host is needed", {}};
  if (has_body(request)) return Refused{400, "an upgrade has no body", {}};
  if (!lists(request, "Upgrade", "websocket"))
    return Refused{400, "Upgrade: websocket is needed", {}};
  if (!lists(request, "Connection", "Upgrade"))
    return Refused{400, "Connection: Upgrade is needed", {}};

  const Field version = find(request, "Sec-WebSocket-Version");
  if (version.count != 1) return Refused{400, "one Sec-WebSocket-Version is needed", kVersion13};
  if (version.value != "13") return Refused{426, "version 13 is spoken here", kVersion13};
  const Field key = find(request, "Sec-WebSocket-Key");
  if (key.count != 1 || !is_key(key.value))
    return Refused{400, "Sec-WebSocket-Key is not 16 bytes in base64", {}};

  if (!host_allowed(host.value, policy.server_names)) return Refused{403, "unknown Host", {}};
  const Field origin = find(request, "Origin");
  if (origin.count > 1 || !origin_allowed(origin.value, policy.client_names))
    return Refused{403, "Origin not allowed", {}};
  return std::nullopt;
}

// Sets `chosen` when one of the offered subprotocols is ours. False when the offer is malformed.
bool read_subprotocols(std::string_view value, bool& chosen) {
  TokenScanner scanner(value);
  while (scanner.next_element()) {
    const std::string_view name = scanner.token();
    if (name.empty() || !scanner.at_element_end()) return false;
    chosen |= name == kMsgpackSubprotocol;
  }
  return true;
}

}  // namespace

bool asks_for_websocket(const UpgradeRequest& request) {
  return lists(request, "Upgrade", "websocket") || find(request, "Sec-WebSocket-Key").count > 0;
}

std::variant<Accepted, Refused> negotiate(const UpgradeRequest& request, const Policy& policy) {
  if (const std::optional<Refused> refused = check(request, policy)) return *refused;

  Accepted accepted;
  DeflateAgreement deflate;
  for (const Header& header : request.headers) {
    if (equal_ignoring_case(header.name, "Sec-WebSocket-Protocol") &&
        !read_subprotocols(header.value, accepted.msgpack)) {
      return Refused{400, "malformed Sec-WebSocket-Protocol", {}};
    }
    if (equal_ignoring_case(header.name, "Sec-WebSocket-Extensions") &&
        !read_extension_offers(header.value, deflate)) {
      return Refused{400, "malformed Sec-WebSocket-Extensions", {}};
    }
  }
  if (policy.deflate) accepted.compression = deflate.compression;

  std::string& head = accepted.response_head;
  head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  const auto add = [&head](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  add("Sec-WebSocket-Accept", accept_value(find(request, "Sec-WebSocket-Key").value));
  if (accepted.msgpack) add("Sec-WebSocket-Protocol", kMsgpackSubprotocol);
  if (accepted.compression != Compression::none)
    add("Sec-WebSocket-Extensions", deflate.to_header());
  head += "\r\n";
  return accepted;
}

}  // namespace chat::websocket
