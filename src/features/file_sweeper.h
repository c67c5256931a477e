// Removes what nobody needs any more: files that no message shows, uploads that were given up.
//
// Owned by one worker of a server. Records in Redis expire or are listed by when they go; what they
// leave on disk is removed on the thread pool.
#pragma once

#include <string>
#include <vector>

#include "coro/task.h"
#include "features/services.h"
#include "net/event_loop.h"
#include "net/thread_pool.h"

namespace chat::features {

class FileSweeper {
 public:
  FileSweeper(Services& services, net::ThreadPool& disk);

 private:
  void turn();
  coro::Task<void> sweep();
  coro::Task<void> sweep_uploads();

  Services& services_;
  net::ThreadPool& disk_;
  bool sweeping_ = false;
  int turns_ = 0;
  net::Timer timer_;
};

}  // namespace chat::features
