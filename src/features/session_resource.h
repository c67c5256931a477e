// `/session`: logging in and out over HTTP, for browsers, whose pages then never see the secret: it
// is in a cookie that only the server reads.
//
//   POST    name and password as in the message 204: 200 with the message 205, a cookie
//
//   GET     200 with the message 205: who is logged in
//
//   DELETE  204: the session is over, with all its connections
//
// Refusals are the messages of the msgpack wire, as JSON too. Owned by the worker.
#pragma once

#include <string>

#include "coro/task.h"
#include "features/services.h"
#include "net/http_server.h"
#include "session/cookie.h"
#include "websocket/handshake.h"

namespace chat::features {

class SessionResource {
 public:
  SessionResource(Services& services, websocket::Policy policy)
      : services_(services), policy_(std::move(policy)) {}

  void set_policy(websocket::Policy policy) { policy_ = std::move(policy); }

  // The route that leads here; this object outlives it.
  net::HttpRoute route();

 private:
  void handle(const net::HttpExchangePtr& exchange);
  void log_in(const net::HttpExchangePtr& exchange);
  coro::Task<void> finish_log_in(net::HttpExchangePtr exchange, std::string body);
  coro::Task<void> end_session(std::string session_id, store::Visitor visitor);
  coro::Task<void> spend_request(net::IpAddress address);
  coro::Task<void> tell(net::HttpExchangePtr exchange);
  coro::Task<void> log_out(net::HttpExchangePtr exchange);

  Services& services_;
  websocket::Policy policy_;
};

}  // namespace chat::features
