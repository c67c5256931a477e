// Who sent an HTTP request: the session in its cookie or, of programs that are no browsers, in
// `Authorization: Bearer TOKEN`.
#pragma once

#include <optional>
#include <string>

#include "net/http_exchange.h"
#include "store/visitor.h"
#include "websocket/handshake.h"

namespace chat::features {

// Whether the request may act with the session it names. A browser adds the cookie by itself, so
// the page must be one that may; nothing adds a Bearer token by itself.
bool may_ask(const net::HttpExchange& exchange, const websocket::Policy& policy);

// The id of the session that the request names: empty when that is nobody's, nothing when it names
// none at all.
std::optional<std::string> named_session(const net::HttpExchange& exchange);

// The same; empty in both cases.
std::string session_in(const net::HttpExchange& exchange);

store::Visitor visitor_of(const net::HttpExchange& exchange);

}  // namespace chat::features
