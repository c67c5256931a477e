// From HTTP to WebSocket: answers an upgrade request and hands the connection on.
#pragma once

#include <functional>

#include "net/http_exchange.h"
#include "session/session.h"
#include "websocket/handshake.h"

namespace chat::session {

class Upgrade {
 public:
  // Takes an upgraded connection; bytes behind the handshake are in `upgraded.leftover`.
  using OnConnection = std::function<void(net::Upgraded upgraded, Handshake handshake)>;

  Upgrade(websocket::Policy policy, OnConnection on_connection)
      : policy_(std::move(policy)), on_connection_(std::move(on_connection)) {}

  // Answers the request with 101, or with the refusal it deserves: 403 also when the cookie of a
  // session comes from a page that may not act with it. On the legacy wire cookies mean nothing.
  void handle(const net::HttpExchangePtr& exchange) const;

  void set_policy(websocket::Policy policy) { policy_ = std::move(policy); }

 private:
  websocket::Policy policy_;
  OnConnection on_connection_;
};

}  // namespace chat::session
