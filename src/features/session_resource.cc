#include "features/session_resource.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "base/rejected.h"
#include "coro/spawn.h"
#include "features/budget.h"
#include "features/login.h"
#include "protocol/codec.h"
#include "protocol/json_codec.h"
#include "protocol/refusal_notice.h"
#include "websocket/access.h"

namespace chat::features {

using net::HttpExchangePtr;
using net::HttpResponse;
using protocol::Value;
using protocol::Wire;

namespace {

constexpr std::uint64_t kMostBody = 16 * 1024;  // the longest name and password, escaped
constexpr std::size_t kMostAgent = 512;
constexpr std::int64_t kBusySeconds = 2;

int status_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::login_required:
    case Refusal::wrong_password:
      return 401;
    case Refusal::disabled:
    case Refusal::not_allowed:
      return 403;
    case Refusal::login_limited:
    case Refusal::rate_limited:
      return 429;
    case Refusal::busy:
    case Refusal::storage_unavailable:
      return 503;
    default:
      return 400;
  }
}

// The message as the msgpack wire says it, in JSON.
template <class Event>
std::string json_of(Event event) {
  event.timestamp = unix_now();
  const std::string bytes = protocol::encode(Wire::v1, event);
  return protocol::encode_json(protocol::decode(Wire::v1, bytes, protocol::kOwnDataLimits));
}

void respond(const HttpExchangePtr& exchange, HttpResponse response, std::string_view body) {
  response.add("Content-Type", "application/json").add("Cache-Control", "no-store");
  exchange->respond(response, body);
}

void refuse(const HttpExchangePtr& exchange, const Rejected& rejected, int status) {
  log::debug("refused over HTTP: {} ({})", rejected.what(), rejected.detail());
  const protocol::Notice notice = protocol::notice_of(rejected);
  HttpResponse response(status);
  if (status == 401) response.add("WWW-Authenticate", "Cookie realm=\"chatd\"");
  if (status == 429 || status == 503) {
    const std::int64_t seconds = notice.retry_after.value_or(kBusySeconds);
    response.add("Retry-After", static_cast<std::uint64_t>(seconds));
  }
  respond(exchange, std::move(response), json_of(notice));
}

void refuse(const HttpExchangePtr& exchange, const Rejected& rejected) {
  refuse(exchange, rejected, status_of(rejected.refusal()));
}

bool says_json(const net::HttpRequest& request) {
  const std::string_view type = request.header("content-type").value_or("");
  std::string media(type.substr(0, type.find(';')));
  media.erase(media.find_last_not_of(" \t") + 1);
  std::ranges::transform(media, media.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return media == "application/json" && request.count("content-type") == 1;
}

// The body is the message 204, which need not say its number.
Credentials credentials_in(const std::string& body) {
  Value value = protocol::decode(Wire::legacy, body);
  Value::Map* const map = value.as_map();
  if (map == nullptr) throw Rejected(Refusal::bad_format, "not an object");
  std::erase_if(*map, [](const auto& entry) { return entry.first == "type"; });
  map->emplace_back("type", protocol::type::user_register);
  const auto request = protocol::read<protocol::Register>(value);
  return {request.username.text, request.password.text, !request.login_only};
}

store::Visitor visitor_of(const net::HttpExchange& exchange) {
  const std::string_view agent = exchange.request().header("user-agent").value_or("");
  return {exchange.peer(), std::string(agent.substr(0, kMostAgent))};
}

std::string session_in(const net::HttpExchange& exchange) {
  const auto cookie = session::read_session_cookie(exchange.request(), exchange.is_tls());
  return store::Sessions::id_of(cookie.token);
}

// A proxy may have taken the TLS off: then the page's own address tells.
bool over_tls(const net::HttpExchange& exchange) {
  return exchange.is_tls() ||
         exchange.request().header("origin").value_or("").starts_with("https://");
}

}  // namespace

net::HttpRoute SessionResource::route() {
  net::HttpRoute route;
  route.path = "/session";
  route.methods = {"GET", "POST", "DELETE"};
  route.max_body = kMostBody;
  route.handle = [this](const HttpExchangePtr& exchange) { handle(exchange); };
  return route;
}

void SessionResource::handle(const HttpExchangePtr& exchange) {
  if (!may_ask(*exchange))
    return refuse(exchange, Rejected(Refusal::not_allowed, "Host or Origin not allowed"));
  const std::string_view method = exchange->request().method();
  if (method == "POST") return log_in(exchange);
  coro::spawn(method == "DELETE" ? log_out(exchange) : tell(exchange));
}

// Browsers name no Origin where a page only reads from its own server; no other page can read it.
bool SessionResource::may_ask(const net::HttpExchange& exchange) const {
  const net::HttpRequest& request = exchange.request();
  if (!websocket::host_allowed(request.host(), policy_.server_names)) return false;
  if (request.count("origin") > 0) return session::origin_trusted(exchange, policy_.client_names);
  if (request.method() == "GET" || request.method() == "HEAD") return true;
  return policy_.client_names.empty() &&
         !session::read_session_cookie(request, exchange.is_tls()).present;
}

void SessionResource::log_in(const HttpExchangePtr& exchange) {
  if (!says_json(exchange->request()))
    return refuse(exchange, Rejected(Refusal::bad_format, "not JSON"), 415);
  exchange->read_body([this, exchange](std::string body) {
    coro::spawn(finish_log_in(exchange, std::move(body)));
  });
}

coro::Task<void> SessionResource::finish_log_in(HttpExchangePtr exchange, std::string body) {
  try {
    const Credentials credentials = credentials_in(body);
    const store::Visitor visitor = visitor_of(*exchange);
    const Admission admission = co_await admit_by_password(services_, credentials, visitor);
    co_await end_session(session_in(*exchange), visitor);
    HttpResponse response(200);
    response.add("Set-Cookie", session::session_cookie(admission.token, over_tls(*exchange),
                                                       admission.session.left));
    respond(exchange, std::move(response), json_of(logged_in_of(admission)));
  } catch (const Rejected& rejected) {
    refuse(exchange, rejected);
  }
}

coro::Task<void> SessionResource::end_session(std::string session_id, store::Visitor visitor) {
  const auto session = co_await services_.sessions.find_id(session_id, std::move(visitor));
  if (session) co_await services_.sessions.end(session->user_id, session->id);
}

coro::Task<void> SessionResource::spend_request(net::IpAddress address) {
  const config::Rate& rate = services_.settings.session_requests_per_address;
  return spend_of_address(services_, "session", address, rate_of(rate));
}

coro::Task<void> SessionResource::tell(HttpExchangePtr exchange) {
  try {
    co_await spend_request(exchange->peer());
    const Admission admission =
        co_await admit_by_session(services_, session_in(*exchange), visitor_of(*exchange));
    respond(exchange, HttpResponse(200), json_of(logged_in_of(admission)));
  } catch (const Rejected& rejected) {
    refuse(exchange, rejected);
  }
}

coro::Task<void> SessionResource::log_out(HttpExchangePtr exchange) {
  try {
    co_await spend_request(exchange->peer());
    co_await end_session(session_in(*exchange), visitor_of(*exchange));
    HttpResponse response(204);
    response.add("Set-Cookie", session::expired_session_cookie(over_tls(*exchange)));
    response.add("Cache-Control", "no-store");
    exchange->respond(response);
  } catch (const Rejected& rejected) {
    refuse(exchange, rejected);
  }
}

}  // namespace chat::features
