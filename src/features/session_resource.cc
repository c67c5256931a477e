#include "features/session_resource.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/rejected.h"
#include "coro/spawn.h"
#include "features/budget.h"
#include "features/http_answer.h"
#include "features/http_caller.h"
#include "features/login.h"
#include "protocol/codec.h"

namespace chat::features {

using net::HttpExchangePtr;
using net::HttpResponse;
using protocol::Value;
using protocol::Wire;

namespace {

constexpr std::uint64_t kMostBody = 16 * 1024;  // the longest name and password, escaped

// Told now.
template <class Event>
std::string json_now(Event event) {
  event.timestamp = unix_now();
  return json_of(event);
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
  if (!may_ask(*exchange, policy_))
    return refuse_http(exchange, Rejected(Refusal::not_allowed, "Host or Origin not allowed"));
  const std::string_view method = exchange->request().method();
  if (method == "POST") return log_in(exchange);
  coro::spawn(method == "DELETE" ? log_out(exchange) : tell(exchange));
}

void SessionResource::log_in(const HttpExchangePtr& exchange) {
  if (!says_json(exchange->request()))
    return refuse_http(exchange, Rejected(Refusal::bad_format, "not JSON"), HttpResponse(415));
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
    respond_json(exchange, std::move(response), json_now(logged_in_of(admission)));
  } catch (const Rejected& rejected) {
    refuse_http(exchange, rejected);
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
    const std::optional<std::string> session = named_session(*exchange);
    if (!session) {  // who comes for the first time did nothing wrong
      HttpResponse nobody(204);
      nobody.add("Cache-Control", "no-store");
      exchange->respond(nobody);
      co_return;
    }
    const Admission admission =
        co_await admit_by_session(services_, *session, visitor_of(*exchange));
    respond_json(exchange, HttpResponse(200), json_now(logged_in_of(admission)));
  } catch (const Rejected& rejected) {
    refuse_http(exchange, rejected);
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
    refuse_http(exchange, rejected);
  }
}

}  // namespace chat::features
