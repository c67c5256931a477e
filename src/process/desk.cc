#include "process/desk.h"

#include <fmt/format.h>

#include <utility>

#include "base/rejected.h"
#include "coro/spawn.h"
#include "process/chat_options.h"
#include "process/managed_redis.h"
#include "process/redis_probe.h"
#include "process/start_error.h"

namespace chat::process {
namespace {

// The settings, with a Redis that answers.
config::Settings ready_to_use(config::Settings settings) {
  if (settings.redis.kind == config::RedisAddress::Kind::managed) {
    settings.redis = running_managed_redis(settings);
  } else {
    settings.redis = require_redis(settings.redis, settings.redis_timeout);
  }
  return settings;
}

}  // namespace

Desk::Desk(const config::Settings& settings)
    : settings_(ready_to_use(settings)), redis_(loop_.base(), redis_options(settings_)) {}

coro::Task<void> Desk::ready() {
  co_await redis_.ready();
  patience_ = net::Timer();  // from here on Redis keeps the time of every answer
}

std::string Desk::run(coro::Task<std::string> task) {
  patience_ = loop_.after(settings_.redis_timeout, [this] { loop_.stop(); });
  coro::spawn(finish(std::move(task)));
  if (!said_ && !failure_) loop_.run();
  const bool in_time = said_ || failure_;
  redis_.close();  // whoever still waits is refused while all that it uses is there
  if (!in_time)
    throw StartError(ExitCode::redis, fmt::format("Redis at {} does not answer in time",
                                                  config::to_string(settings_.redis)));
  if (failure_) std::rethrow_exception(failure_);
  return *said_;
}

coro::Task<void> Desk::finish(coro::Task<std::string> task) {
  try {
    std::string said = co_await task;
    said_ = std::move(said);
  } catch (const Rejected& rejected) {
    failure_ = std::make_exception_ptr(StartError(
        ExitCode::redis,
        fmt::format("not done, try again: {} ({})", rejected.what(), rejected.detail())));
  } catch (...) {
    failure_ = std::current_exception();
  }
  loop_.stop();
}

}  // namespace chat::process
