#include "session/upgrade.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "session/cookie.h"
#include "session/user_agent.h"

namespace chat::session {
namespace {

void refuse(const net::HttpExchangePtr& exchange, const websocket::Refused& refused) {
  net::HttpResponse response(refused.status);
  const std::size_t colon = refused.header.find(": ");
  if (colon != std::string_view::npos)
    response.add(refused.header.substr(0, colon), refused.header.substr(colon + 2));
  exchange->respond_error(std::move(response), refused.reason);
}

}  // namespace

void Upgrade::handle(const net::HttpExchangePtr& exchange) const {
  const net::HttpRequest& request = exchange->request();
  std::vector<websocket::Header> headers;
  for (const net::HttpHeader& header : request.headers())
    headers.push_back({header.name, header.value});
  const websocket::UpgradeRequest upgrade{request.method(), request.version(), headers};
  auto outcome = websocket::negotiate(upgrade, policy_);
  if (const auto* refused = std::get_if<websocket::Refused>(&outcome)) {
    refuse(exchange, *refused);
    return;
  }
  const auto& accepted = std::get<websocket::Accepted>(outcome);
  Handshake handshake;
  handshake.wire = accepted.msgpack ? protocol::Wire::v1 : protocol::Wire::legacy;
  handshake.compression = accepted.compression;
  if (accepted.msgpack) {
    SessionCookie cookie = read_session_cookie(request, exchange->is_tls());
    if (cookie.present && !origin_trusted(*exchange, policy_.client_names))
      return refuse(exchange, {403, "Origin not allowed", {}});
    handshake.cookie_token = std::move(cookie.token);
  }
  handshake.agent = user_agent_of(request);
  net::Upgraded upgraded = exchange->upgrade();
  upgraded.connection->send(SharedBytes(accepted.response_head));
  on_connection_(std::move(upgraded), std::move(handshake));
}

}  // namespace chat::session
