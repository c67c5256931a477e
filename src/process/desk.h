// A place beside the server from which one thing is done over the same Redis, while the server runs
// or, if the Redis is not its own, also while it does not.
#pragma once

#include <exception>
#include <optional>
#include <string>

#include "config/settings.h"
#include "coro/task.h"
#include "net/event_loop.h"
#include "store/redis.h"

namespace chat::process {

class Desk {
 public:
  // Finds the Redis of those settings. Throws StartError when it cannot be used.
  explicit Desk(const config::Settings& settings);

  const config::Settings& settings() const { return settings_; }
  store::Redis& redis() { return redis_; }

  // What every task begins with: Redis answers.
  coro::Task<void> ready();

  // Runs a task to its end and returns what it says. Throws StartError: Redis does not answer or
  // refuses (ExitCode::redis), and what the task throws.
  std::string run(coro::Task<std::string> task);

 private:
  coro::Task<void> finish(coro::Task<std::string> task);

  config::Settings settings_;
  net::EventLoop loop_;
  net::Timer patience_;
  // What was waited for in vain ends with the connection, and is noted here.
  std::optional<std::string> said_;
  std::exception_ptr failure_;
  store::Redis redis_;
};

}  // namespace chat::process
