#include "net/http_server.h"

#include <algorithm>
#include <utility>

namespace chat::net {
namespace {

constexpr std::size_t kMostSurplus = 64;  // connections at once that are told why they must go

bool takes_method(const HttpRoute& route, std::string_view method) {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  return std::find(route.methods.begin(), route.methods.end(), wanted) != route.methods.end();
}

std::string allowed_methods(const HttpRoute& route) {
  std::string list;
  for (const std::string& method : route.methods) {
    list += (list.empty() ? "" : ", ") + method;
    if (method == "GET") list += ", HEAD";
  }
  return list;
}

}  // namespace

HttpServer::HttpServer(EventLoop& loop, const HttpOptions& options)
    : loop_(loop), options_(options), common_headers_(options.security.lines()) {}

HttpServer::~HttpServer() {
  const auto exchanges = std::exchange(exchanges_, {});
  for (const HttpExchangePtr& exchange : exchanges) exchange->leave();
}

void HttpServer::add_route(HttpRoute route) {
  const auto place = std::find_if(routes_.begin(), routes_.end(), [&route](const HttpRoute& other) {
    return other.path.size() < route.path.size();
  });
  routes_.insert(place, std::move(route));
}

void HttpServer::set_upgrade(std::function<void(const HttpExchangePtr&)> handle) {
  upgrade_ = std::move(handle);
}

void HttpServer::accept(UniqueFd socket, CountedPeer peer, const TlsContext* tls) {
  auto exchange = std::make_shared<HttpExchange>(*this);
  exchange->start(Connection::open(loop_, std::move(socket), std::move(peer), tls, *exchange),
                  false);
  exchanges_.insert(std::move(exchange));
}

bool HttpServer::accept_surplus(UniqueFd& socket, CountedPeer& peer, const TlsContext* tls) {
  if (surplus_ >= kMostSurplus || loop_.handshakes().waiting() > 0) return false;
  ++surplus_;
  auto exchange = std::make_shared<HttpExchange>(*this);
  exchange->start(Connection::open(loop_, std::move(socket), std::move(peer), tls, *exchange),
                  true);
  exchanges_.insert(std::move(exchange));
  return true;
}

void HttpServer::drain(bool answer_first) {
  draining_ = true;
  const auto exchanges = exchanges_;  // closing changes the set
  for (const HttpExchangePtr& exchange : exchanges) exchange->close_if_idle(answer_first);
}

const HttpRoute* HttpServer::find_route(std::string_view path) const {
  const auto found = std::find_if(routes_.begin(), routes_.end(), [path](const HttpRoute& route) {
    return route.path.ends_with('/') ? path.starts_with(route.path) : path == route.path;
  });
  return found == routes_.end() ? nullptr : &*found;
}

void HttpServer::dispatch(const HttpExchangePtr& exchange) const {
  const HttpRequest& request = exchange->request();
  if (exchange->surplus_)
    return exchange->respond_error(HttpResponse(503).add("Retry-After", retry_after()));
  if (upgrade_ && request.asks_for_websocket()) return upgrade_(exchange);
  const HttpRoute* route = find_route(request.path());
  if (route == nullptr && !request.path().empty()) return exchange->respond_error(404);
  if (route == nullptr || !takes_method(*route, request.method())) {
    const std::string allowed = route == nullptr ? "GET, HEAD" : allowed_methods(*route);
    return exchange->respond_error(HttpResponse(405).add("Allow", allowed));
  }
  if (request.is_chunked()) return exchange->respond_error(411);
  if (request.content_length() > route->max_body) return exchange->respond_error(413);
  route->handle(exchange);
}

void HttpServer::remove(HttpExchange& exchange) {
  if (exchange.surplus_) --surplus_;
  exchanges_.erase(exchange.shared_from_this());
}

}  // namespace chat::net
