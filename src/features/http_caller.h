// Who sent an HTTP request: the session in its cookie or, of programs that are no browsers, in
// `Authorization: Bearer TOKEN`.
#pragma once

#include <string>

#include "net/http_exchange.h"
#include "store/visitor.h"
#include "websocket/handshake.h"

namespace chat::features {

// Whether the request may act with the session it names. A browser adds the cookie by itself, so
// the page must be one that may; nothing adds a Bearer token by itself.
bool may_ask(const net::HttpExchange& exchange, const websocket::Policy& policy);

// Whether the request names a session, be it a good one or not.
bool names_session(const net::HttpExchange& exchange);

// The id of that session; empty when none is named.
std::string session_in(const net::HttpExchange& exchange);

store::Visitor visitor_of(const net::HttpExchange& exchange);

}  // namespace chat::features
