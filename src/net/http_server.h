// HTTP on the server's port: which route answers which path, and how long things may take.
//
// Owned by the worker. Exchanges that outlive it find their connection gone. Answers by itself what
// needs no route: malformed heads, unknown paths (404), methods a route does not have (405), bodies
// nobody takes (411, 413), slow heads and bodies (408).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "net/http_exchange.h"

namespace chat::net {

struct HttpRoute {
  std::string path;                  // exact, or all below it when it ends in '/'; longest wins
  std::vector<std::string> methods;  // "GET" includes HEAD
  std::uint64_t max_body = 0;        // bytes; 0 takes none
  std::function<void(const HttpExchangePtr&)> handle;  // answers, now or later
};

struct HttpOptions {
  HttpLimits limits;
  std::chrono::milliseconds head_timeout{10'000};        // TLS handshake and first head; each head
  std::chrono::milliseconds keep_alive_timeout{15'000};  // between requests
  std::chrono::milliseconds stall_timeout{
      30'000};                                     // a body, either way, moves at least 4 KiB in it
  std::chrono::milliseconds close_timeout{2'000};  // waiting for the peer's end at last
  SecurityHeaders security;
};

class HttpServer {
 public:
  HttpServer(EventLoop& loop, const HttpOptions& options);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  void add_route(HttpRoute route);

  // Called for every request that asks to become a WebSocket, on any path: answers with
  // exchange->upgrade() or a refusal. Without it such requests are plain HTTP.
  void set_upgrade(std::function<void(const HttpExchangePtr&)> handle);

  // Takes a new connection; `tls` null means plain. Throws std::bad_alloc.
  void accept(UniqueFd socket, CountedPeer peer, const TlsContext* tls);

  // Takes a connection that is one too many, to answer its first request with 503: how a client
  // behind TLS learns of it. False, and nothing is taken, when handshakes cost too much just now.
  bool accept_surplus(UniqueFd& socket, CountedPeer& peer, const TlsContext* tls);

  // No more keep-alive: idle connections close now, others after their answer. Those that have not
  // asked for anything yet are idle, unless `answer_first`: then they get one answer.
  void drain(bool answer_first);

  // Connections that are not, or not yet, WebSockets.
  std::size_t size() const { return exchanges_.size(); }

 private:
  friend class HttpExchange;

  void dispatch(const HttpExchangePtr& exchange) const;
  const HttpRoute* find_route(std::string_view path) const;
  void remove(HttpExchange& exchange);

  EventLoop& loop_;
  HttpOptions options_;
  std::string common_headers_;
  bool draining_ = false;
  std::size_t surplus_ = 0;        // connections that are told 503
  std::vector<HttpRoute> routes_;  // longest path first
  std::function<void(const HttpExchangePtr&)> upgrade_;
  std::unordered_set<HttpExchangePtr> exchanges_;
};

}  // namespace chat::net
