// `/files/`: uploads by tus, and files for those who may see them. See docs/files.md.
//
// Owned by the worker.
#pragma once

#include <string>

#include "coro/task.h"
#include "features/services.h"
#include "features/tus_resource.h"
#include "net/http_server.h"
#include "net/static_files.h"
#include "net/thread_pool.h"
#include "store/kept_files.h"
#include "websocket/handshake.h"

namespace chat::features {

class FileResource {
 public:
  // `disk` reads and writes the files. Throws std::runtime_error, one line, when the folder of
  // contents cannot be used.
  FileResource(Services& services, net::ThreadPool& disk, websocket::Policy policy);

  void set_policy(websocket::Policy policy) { policy_ = std::move(policy); }

  // The route that leads here; this object outlives it.
  net::HttpRoute route();

 private:
  void handle(const net::HttpExchangePtr& exchange);
  coro::Task<void> serve(net::HttpExchangePtr exchange, std::string id, std::string part);
  coro::Task<store::KeptFile> file_for(net::HttpExchangePtr exchange, std::string id);
  void send(const net::HttpExchangePtr& exchange, const store::KeptFile& file) const;
  void send_preview(const net::HttpExchangePtr& exchange, const store::KeptFile& file) const;

  Services& services_;
  websocket::Policy policy_;
  TusResource tus_;
  net::StaticFiles contents_;
};

}  // namespace chat::features
