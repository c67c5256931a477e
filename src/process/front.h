// What a worker shows to the network, whatever it serves behind it: the shared listening socket,
// TLS, HTTP with static files, and the upgrade to WebSocket.
//
// Owned by the worker's main function; connections that became WebSockets are handed on.
#pragma once

#include <memory>
#include <optional>

#include "net/acceptor.h"
#include "net/event_loop.h"
#include "net/http_server.h"
#include "net/static_files.h"
#include "net/thread_pool.h"
#include "net/tls.h"
#include "process/worker.h"
#include "session/upgrade.h"

namespace chat::process {

class Front {
 public:
  // `disk` reads the files to serve. Throws std::runtime_error, one line, when the certificate or
  // a folder cannot be used.
  Front(net::EventLoop& loop, net::ThreadPool& disk, WorkerContext& context,
        session::Upgrade::OnConnection on_websocket);

  // A further path to answer; before open().
  void add_route(net::HttpRoute route);

  // Accepts from now on.
  void open();

  // Accepts no more and lets HTTP connections end; the listening socket is closed here. With
  // `answer_first` everybody accepted gets an answer before.
  void close(bool answer_first);

  // Certificate, limits and allow-lists anew, for connections to come.
  void reload();

  // Connections that are not WebSockets.
  std::size_t size() const { return http_.size(); }

 private:
  void add_files(const char* prefix, const std::string& folder, bool uploads);

  net::EventLoop& loop_;
  net::ThreadPool& disk_;
  WorkerContext& context_;
  std::optional<net::TlsContext> tls_;
  std::vector<std::unique_ptr<net::StaticFiles>> files_;
  session::Upgrade upgrade_;
  net::HttpServer http_;
  std::optional<net::Acceptor> acceptor_;
};

}  // namespace chat::process
