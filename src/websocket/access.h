// The allow-lists of the opening handshake: whom the Host and Origin headers must name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chat::websocket {

// Whether `host` (the value of the header) names one of `server_names`, its port aside. An empty
// list allows every host.
bool host_allowed(std::string_view host, const std::vector<std::string>& server_names);

// Whether `origin` is `http://` or `https://` before one of `client_names`. An empty list allows
// every origin.
bool origin_allowed(std::string_view origin, const std::vector<std::string>& client_names);

// Where a request went: its Host, and whether it came over TLS.
struct Target {
  std::string_view host;
  bool tls = false;
};

// Whether a browser's page with that origin may act with the cookie that the browser adds by
// itself, which a page of any other site must not. With a list: what origin_allowed() allows, under
// TLS with the scheme https. Without: the same scheme, host and port as the request's own, byte for
// byte, where the scheme's default port is left out of the origin (RFC 6454 section 6.2).
bool origin_trusted(std::string_view origin, const Target& target,
                    const std::vector<std::string>& client_names);

}  // namespace chat::websocket
