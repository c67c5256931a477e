#include "session/cookie.h"

#include "websocket/access.h"

namespace chat::session {
namespace {

constexpr std::string_view kSecureName = "__Host-chatd";
constexpr std::string_view kPlainName = "chatd";

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// One pair of a Cookie header; names are case-sensitive (RFC 6265 section 5.4).
void note(SessionCookie& found, std::string_view pair, std::string_view name) {
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos || trimmed(pair.substr(0, equals)) != name) return;
  const std::string_view token = trimmed(pair.substr(equals + 1));
  if (!found.present)
    found.token = token;
  else if (found.token != token)
    found.token.clear();
  found.present = true;
}

SessionCookie find(const net::HttpRequest& request, std::string_view name) {
  SessionCookie found;
  for (const net::HttpHeader& header : request.headers()) {
    if (header.name != "cookie") continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const std::size_t end = rest.find(';');
      note(found, rest.substr(0, end), name);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }
  return found;
}

std::string cookie(std::string_view token, bool secure, std::chrono::seconds lifetime) {
  std::string text(secure ? kSecureName : kPlainName);
  text.append("=").append(token).append("; Path=/; Max-Age=");
  text.append(std::to_string(lifetime.count())).append("; HttpOnly; SameSite=Strict");
  if (secure) text.append("; Secure");
  return text;
}

}  // namespace

SessionCookie read_session_cookie(const net::HttpRequest& request, bool tls) {
  SessionCookie found = find(request, kSecureName);
  if (!found.present && !tls) found = find(request, kPlainName);
  return found;
}

std::string session_cookie(std::string_view token, bool secure, std::chrono::seconds lifetime) {
  return cookie(token, secure, lifetime);
}

std::string expired_session_cookie(bool secure) {
  return cookie({}, secure, std::chrono::seconds(0));
}

bool origin_trusted(const net::HttpExchange& exchange,
                    const std::vector<std::string>& client_names) {
  const net::HttpRequest& request = exchange.request();
  if (request.count("origin") != 1) return false;
  const websocket::Target target{request.host(), exchange.is_tls()};
  return websocket::origin_trusted(*request.header("origin"), target, client_names);
}

}  // namespace chat::session
