#include "process/user_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ids.h"
#include "config/wording.h"
#include "coro/task.h"
#include "process/chat_options.h"
#include "process/desk.h"
#include "process/start_error.h"
#include "store/passwords.h"
#include "store/sessions.h"
#include "store/users.h"

namespace chat::process {
namespace {

constexpr std::size_t kPasswordDigits = 20;  // 80 random bits

// Users and what they are logged in with.
class Accounts {
 public:
  explicit Accounts(Desk& desk)
      : desk_(desk),
        users_(desk.redis(), desk.settings().bus_length),
        sessions_(desk.redis(), nullptr, desk.settings().bus_length, session_ttl(desk.settings()),
                  session_over_notice()) {}

  coro::Task<std::string> reset_password(std::string name) {
    const store::User user = co_await find(std::move(name));
    const std::size_t digits = std::min(kPasswordDigits, desk_.settings().max_password_length);
    const std::string password = random_hex(digits);
    const std::string hash = store::hash_password(password);
    const std::string any_hash, no_session;
    const std::size_t ended =
        co_await sessions_.change_password(user.id, any_hash, hash, no_session);
    co_return fmt::format("new password: {}\nsessions ended: {}\n", password, ended);
  }

  coro::Task<std::string> end_sessions(std::string name) {
    const store::User user = co_await find(std::move(name));
    const std::size_t ended = co_await sessions_.end_all(user.id);
    co_return fmt::format("sessions ended: {}\n", ended);
  }

 private:
  coro::Task<store::User> find(std::string name) {
    co_await desk_.ready();
    std::optional<store::User> user = co_await users_.find_by_name(name);
    if (!user)
      throw StartError(ExitCode::configuration,
                       fmt::format("nobody is called \"{}\"", config::shown(name)));
    co_return std::move(*user);
  }

  Desk& desk_;
  store::Users users_;
  store::Sessions sessions_;
};

}  // namespace

std::string reset_password(const config::Settings& settings, const std::string& user_name) {
  Desk desk(settings);
  Accounts accounts(desk);
  return desk.run(accounts.reset_password(user_name));
}

std::string end_sessions(const config::Settings& settings, const std::string& user_name) {
  Desk desk(settings);
  Accounts accounts(desk);
  return desk.run(accounts.end_sessions(user_name));
}

}  // namespace chat::process
