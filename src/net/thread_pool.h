// Threads for what would block the event loop: hashing passwords, reading and writing files.
//
// Owned by the worker, destroyed before its loop. Jobs must not touch anything of the loop's thread
// (SharedBytes, connections, Redis); results travel in what both functions capture. Functions are
// made and destroyed on the loop's thread. Unlike jobs compete for the same threads: give slow
// ones (password hashes) a pool of their own.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "net/event_loop.h"

namespace chat::net {

class ThreadPool {
 public:
  struct Options {
    unsigned threads = 2;
    std::size_t queue_limit = 256;  // jobs waiting for a thread
    int niceness = 10;              // 0..19: above 0 yields the processor to the event loop
  };

  ThreadPool(EventLoop& loop, Options options);

  // Waits for the running jobs, drops the waiting ones; no `done` runs from here on, and submit()
  // takes nothing. What was dropped is destroyed before this returns.
  void stop();

  // Stops.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Runs `job` on a thread, then `done` on the loop. Neither may throw. False, and nothing runs,
  // when the queue is full or the pool is stopped.
  [[nodiscard]] bool submit(std::function<void()> job, std::function<void()> done);

  // Jobs waiting for a thread; running ones not counted.
  std::size_t waiting() const;

 private:
  struct Task;
  struct Shared;

  static void work(Shared& shared);

  std::shared_ptr<Shared> shared_;
  std::vector<std::thread> threads_;
};

}  // namespace chat::net
