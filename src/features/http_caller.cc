#include "features/http_caller.h"

#include <strings.h>

#include <string_view>

#include "session/cookie.h"
#include "session/user_agent.h"
#include "store/sessions.h"
#include "websocket/access.h"

namespace chat::features {
namespace {

constexpr std::string_view kBearer = "Bearer ";

std::string_view bearer_of(const net::HttpRequest& request) {
  if (request.count("authorization") != 1) return {};
  const std::string_view field = *request.header("authorization");
  const bool bearer = field.size() > kBearer.size() &&
                      strncasecmp(field.data(), kBearer.data(), kBearer.size()) == 0;
  return bearer ? field.substr(kBearer.size()) : std::string_view();
}

bool only_reads(const net::HttpRequest& request) {
  return request.method() == "GET" || request.method() == "HEAD";
}

}  // namespace

// Browsers name no Origin where a page only reads from its own server; no other page can read it.
bool may_ask(const net::HttpExchange& exchange, const websocket::Policy& policy) {
  const net::HttpRequest& request = exchange.request();
  if (!websocket::host_allowed(request.host(), policy.server_names)) return false;
  if (!bearer_of(request).empty()) return true;
  if (request.count("origin") > 0) return session::origin_trusted(exchange, policy.client_names);
  if (only_reads(request)) return true;
  return policy.client_names.empty() &&
         !session::read_session_cookie(request, exchange.is_tls()).present;
}

std::optional<std::string> named_session(const net::HttpExchange& exchange) {
  const net::HttpRequest& request = exchange.request();
  const std::string_view bearer = bearer_of(request);
  if (!bearer.empty()) return store::Sessions::id_of(bearer);
  const auto cookie = session::read_session_cookie(request, exchange.is_tls());
  if (!cookie.present && request.count("authorization") == 0) return std::nullopt;
  return store::Sessions::id_of(cookie.token);
}

std::string session_in(const net::HttpExchange& exchange) {
  return named_session(exchange).value_or(std::string());
}

store::Visitor visitor_of(const net::HttpExchange& exchange) {
  return {exchange.peer(), session::user_agent_of(exchange.request())};
}

}  // namespace chat::features
