#include "process/user_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "base/ids.h"
#include "base/rejected.h"
#include "config/wording.h"
#include "coro/spawn.h"
#include "coro/task.h"
#include "net/event_loop.h"
#include "process/chat_options.h"
#include "process/managed_redis.h"
#include "process/redis_probe.h"
#include "process/start_error.h"
#include "store/passwords.h"
#include "store/redis.h"
#include "store/sessions.h"
#include "store/users.h"

namespace chat::process {
namespace {

constexpr std::size_t kPasswordDigits = 20;  // 80 random bits

// The settings, with a Redis that answers.
config::Settings ready_to_use(config::Settings settings) {
  if (settings.redis.kind == config::RedisAddress::Kind::managed) {
    settings.redis = running_managed_redis(settings);
  } else {
    settings.redis = require_redis(settings.redis, settings.redis_timeout);
  }
  return settings;
}

// A place beside the server from which one thing is done.
class Desk {
 public:
  explicit Desk(const config::Settings& settings)
      : settings_(ready_to_use(settings)),
        redis_(loop_.base(), redis_options(settings_)),
        users_(redis_, settings_.bus_length),
        sessions_(redis_, nullptr, settings_.bus_length, session_ttl(settings_),
                  session_over_notice()) {}

  std::string run(coro::Task<std::string> task) {
    patience_ = loop_.after(settings_.redis_timeout, [this] { loop_.stop(); });
    coro::spawn(finish(std::move(task)));
    if (!said_ && !failure_) loop_.run();
    if (failure_) std::rethrow_exception(failure_);
    if (said_) return *said_;
    throw StartError(ExitCode::redis, fmt::format("Redis at {} does not answer in time",
                                                  config::to_string(settings_.redis)));
  }

  coro::Task<std::string> reset_password(std::string name) {
    const store::User user = co_await find(std::move(name));
    const std::size_t digits = std::min(kPasswordDigits, settings_.max_password_length);
    const std::string password = random_hex(digits);
    const std::string hash = store::hash_password(password);
    const std::string spared;  // none
    const std::size_t ended =
        co_await sessions_.change_password(user.id, user.password, hash, spared);
    co_return fmt::format("new password: {}\nsessions ended: {}\n", password, ended);
  }

  coro::Task<std::string> end_sessions(std::string name) {
    const store::User user = co_await find(std::move(name));
    const std::size_t ended = co_await sessions_.end_all(user.id);
    co_return fmt::format("sessions ended: {}\n", ended);
  }

 private:
  coro::Task<store::User> find(std::string name) {
    co_await redis_.ready();
    patience_ = net::Timer();  // from here on Redis keeps the time of every answer
    std::optional<store::User> user = co_await users_.find_by_name(name);
    if (!user)
      throw StartError(ExitCode::configuration,
                       fmt::format("nobody is called \"{}\"", config::shown(name)));
    co_return std::move(*user);
  }

  coro::Task<void> finish(coro::Task<std::string> task) {
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

  config::Settings settings_;
  net::EventLoop loop_;
  net::Timer patience_;
  // What was waited for in vain ends with the connection, and is noted here.
  std::optional<std::string> said_;
  std::exception_ptr failure_;
  store::Redis redis_;
  store::Users users_;
  store::Sessions sessions_;
};

}  // namespace

std::string reset_password(const config::Settings& settings, const std::string& user_name) {
  Desk desk(settings);
  return desk.run(desk.reset_password(user_name));
}

std::string end_sessions(const config::Settings& settings, const std::string& user_name) {
  Desk desk(settings);
  return desk.run(desk.end_sessions(user_name));
}

}  // namespace chat::process
