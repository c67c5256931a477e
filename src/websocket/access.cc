#include "websocket/access.h"

#include <algorithm>

namespace chat::websocket {
namespace {

bool lists(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view without_port(std::string_view host) {
  const std::size_t digits = host.find_last_not_of("0123456789");
  if (digits == std::string_view::npos || host[digits] != ':') return host;
  return host.substr(0, digits);
}

// A list serves both schemes; what came over TLS must come from a page that did.
bool same_scheme_or_plain(std::string_view origin, bool tls) {
  return !tls || origin.starts_with("https://");
}

}  // namespace

bool host_allowed(std::string_view host, const std::vector<std::string>& server_names) {
  return server_names.empty() || lists(server_names, without_port(host));
}

bool origin_allowed(std::string_view origin, const std::vector<std::string>& client_names) {
  if (client_names.empty()) return true;
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (origin.starts_with(scheme)) return lists(client_names, origin.substr(scheme.size()));
  }
  return false;
}

bool origin_trusted(std::string_view origin, const Target& target,
                    const std::vector<std::string>& client_names) {
  if (!client_names.empty())
    return origin_allowed(origin, client_names) && same_scheme_or_plain(origin, target.tls);
  const std::string_view scheme = target.tls ? "https://" : "http://";
  const std::string_view default_port = target.tls ? ":443" : ":80";
  std::string_view host = target.host;
  if (host.ends_with(default_port)) host.remove_suffix(default_port.size());
  return !host.empty() && origin.starts_with(scheme) && origin.substr(scheme.size()) == host;
}

}  // namespace chat::websocket
