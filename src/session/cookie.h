// The cookie by which a browser holds its login session, so that no page sees the secret.
//
// Over TLS it is `__Host-chatd`, which a browser accepts from this host and over TLS only (RFC
// 6265bis section 4.1.3.2), else `chatd`. A server without TLS may stand behind a proxy that has
// it: it takes both.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_exchange.h"

namespace chat::session {

struct SessionCookie {
  bool present = false;
  std::string token;  // empty when the request names different ones, which is nobody's doing
};

// `tls`: the request came over TLS.
SessionCookie read_session_cookie(const net::HttpRequest& request, bool tls);

// The value of Set-Cookie that gives a browser the session; `secure`: the browser came over TLS.
std::string session_cookie(std::string_view token, bool secure, std::chrono::seconds lifetime);

// The one that takes it away.
std::string expired_session_cookie(bool secure);

// Whether a request names, in one Origin, a page that may act with the cookie.
bool origin_trusted(const net::HttpExchange& exchange,
                    const std::vector<std::string>& client_names);

}  // namespace chat::session
