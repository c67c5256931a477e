// The server's side of the opening handshake (RFC 6455 section 4.2): a parsed HTTP request in, the
// head of the response out. Owns nothing; the views of a request need to live during the call only.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "websocket/deflate.h"

namespace chat::websocket {

// The subprotocol of the msgpack wire; a connection without a subprotocol speaks the legacy wire.
inline constexpr std::string_view kMsgpackSubprotocol = "chat.msgpack.v1";

struct Header {
  std::string_view name;   // in any case
  std::string_view value;  // without surrounding white space
};

struct UpgradeRequest {
  std::string_view method;          // "GET"
  std::string_view version;         // "HTTP/1.1"
  std::span<const Header> headers;  // in order, repeated ones as they came
};

// Who may connect. An empty list lets everybody in.
//
// `server_names` is compared with the Host header less its port, `client_names` with the Origin
// header less its scheme (http or https), byte for byte: another case, a suffix or prefix, a port
// in Origin that the list does not name, `null`, a missing or a repeated Origin are all refused.
// Browsers send both names in lower case (RFC 6454 section 6.2), so exactness costs them nothing.
struct Policy {
  std::vector<std::string> server_names;
  std::vector<std::string> client_names;
  bool deflate = true;  // whether permessage-deflate is accepted when a client offers it
};

struct Accepted {
  std::string response_head;  // complete, ready to send; frames follow
  bool msgpack = false;       // kMsgpackSubprotocol was offered and chosen
  Compression compression = Compression::none;
};

struct Refused {
  int status;               // 400, 403, 405 or 426
  std::string_view reason;  // static, for the response body and the log
  std::string_view header;  // static: a header line that the response must carry, or empty
};

// Whether a request means to become a WebSocket, rightly or wrongly made: only then it is worth
// negotiate()'s answer; any other is plain HTTP.
bool asks_for_websocket(const UpgradeRequest& request);

// Accepts or refuses an opening handshake:
//   400  not HTTP/1.1, no or several Host, a body, Upgrade or Connection without the needed
//        token, a Sec-WebSocket-Key that is not 16 bytes of base64, a malformed list of
//        subprotocols or extensions (section 9.1: what violates the grammar fails the handshake)
//   403  Host or Origin against the policy
//   405  a method other than GET
//   426  a Sec-WebSocket-Version other than 13
// An offer of unknown subprotocols or extensions only is accepted without one. Of the offers of
// permessage-deflate the first that can be met is chosen (RFC 7692 section 5.1); one with an
// unknown, repeated or ill-valued parameter is passed over, and so is server_max_window_bits=8,
// which zlib cannot do.
std::variant<Accepted, Refused> negotiate(const UpgradeRequest& request, const Policy& policy);

}  // namespace chat::websocket
