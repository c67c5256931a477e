// Flushes the files of a folder to disk every second: for an append-only file that managed Redis
// writes at once, but does not flush itself.
//
// Owned by the worker. Redis' own `appendfsync everysec` holds writes back while a flush is under
// way, so a killed Redis could lose what it has answered.
#pragma once

#include <memory>
#include <string>

#include "net/event_loop.h"
#include "net/thread_pool.h"

namespace chat::store {

class FolderFlusher {
 public:
  // The flushing is done on `disk`; `folder` may come and go.
  FolderFlusher(net::EventLoop& loop, net::ThreadPool& disk, std::string folder);

 private:
  void flush();

  net::ThreadPool& disk_;
  std::string folder_;
  std::shared_ptr<bool> flushing_ = std::make_shared<bool>(false);
  net::Timer timer_;
};

}  // namespace chat::store
