#include "process/redis_users.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/unique_fd.h"
#include "process/redis_link.h"
#include "process/signals.h"
#include "process/start_error.h"
#include "store/digest.h"
#include "store/redis_commands.h"

namespace chat::process {
namespace {

constexpr mode_t kSecret = S_IRUSR | S_IWUSR;
constexpr std::size_t kShortestPassword = 16;
constexpr std::chrono::milliseconds kAnswerTimeout{1'000};
constexpr std::chrono::milliseconds kPollPause{5};

// Complete or not at all, also when two starts meet.
void write_secret(const std::string& path, std::string_view text) {
  const std::string draft = path + ".new";
  ::unlink(draft.c_str());
  const UniqueFd file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kSecret));
  const bool written =
      file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file.get()) == 0 && std::rename(draft.c_str(), path.c_str()) == 0;
  if (!written)
    throw StartError(ExitCode::configuration,
                     fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
}

// The first line of the file, or a new password that it holds from now on.
std::string password_in(const std::string& path) {
  std::string password;
  std::getline(std::ifstream(path) >> std::ws, password);
  if (password.size() >= kShortestPassword) {
    ::chmod(path.c_str(), kSecret);
    return password;
  }
  password = random_token();
  write_secret(path, password + '\n');
  return password;
}

std::string password_file(const std::string& folder, std::string_view user) {
  return fmt::format("{}/{}.password", folder, user);
}

// What the server's user needs: every key, the channels of call signals, and some commands.
std::vector<std::string> needed_rights() {
  std::vector<std::string> rights = {"~*", "&signals:*"};
  for (const std::string_view command : store::kRedisCommands)
    rights.push_back(fmt::format("+{}", command));
  return rights;
}

// False when Redis went away meanwhile. In this order: a Redis that is started again with the old
// file is asked again.
bool extend_rights(const config::RedisAddress& admin) {
  RedisLink link(admin, kAnswerTimeout);
  std::vector<std::string> extension = {"ACL", "SETUSER", kRedisServerUser};
  for (std::string& right : needed_rights()) extension.push_back(std::move(right));
  for (const auto& command : {std::vector<std::string>{"AUTH", admin.user, admin.password},
                              extension, std::vector<std::string>{"ACL", "SAVE"}}) {
    const RedisReplyPtr reply = link ? link.ask(command) : nullptr;
    if (!reply || text_of(*reply).starts_with("LOADING")) return false;
    if (reply->type == REDIS_REPLY_ERROR)
      throw StartError(ExitCode::redis, fmt::format("the running Redis at {} refuses {}: {}",
                                                    to_string(admin), command[0], text_of(*reply)));
  }
  return true;
}

std::string user_line(std::string_view name, const std::string& password, std::string_view rights) {
  return fmt::format("user {} on #{} {}\n", name, store::sha256_hex(password), rights);
}

}  // namespace

std::string redis_server_password(const std::string& folder) {
  const std::string path = password_file(folder, kRedisServerUser);
  std::ifstream file(path);
  std::string password;
  if (file >> password) return password;
  const int error = errno;
  const char* advice = error == EACCES ? "do this as root, or as the user that the server runs as"
                                       : "no server has run there: name its folder with --data";
  throw StartError(ExitCode::configuration,
                   fmt::format("{}: cannot be read: {}; {}", path, std::strerror(error), advice));
}

std::string redis_users_file(const std::string& folder) { return folder + "/users.acl"; }

std::string prepare_redis_users(const std::string& folder) {
  std::string server = password_in(password_file(folder, kRedisServerUser));
  const std::string admin = password_in(password_file(folder, kRedisAdminUser));
  const std::string rights = fmt::format("resetchannels -@all {}", fmt::join(needed_rights(), " "));
  // Nobody can be `default`, but Redis reads its append-only file with that user's rights: without
  // them it leaves out every transaction, which is what scripts are there.
  write_secret(redis_users_file(folder), "user default off resetpass ~* &* +@all\n" +
                                             user_line(kRedisServerUser, server, rights) +
                                             user_line(kRedisAdminUser, admin, "~* &* +@all"));
  return server;
}

std::string extend_redis_users(const std::string& folder, config::RedisAddress address,
                               std::chrono::milliseconds patience) {
  const std::uint64_t deadline = monotonic_ms() + static_cast<std::uint64_t>(patience.count());
  address.user = kRedisAdminUser;
  address.password = password_in(password_file(folder, kRedisAdminUser));
  while (!extend_rights(address)) {
    if (monotonic_ms() > deadline || Signals::stop_pending())
      throw StartError(ExitCode::redis,
                       fmt::format("the running Redis at {} does not answer", to_string(address)));
    std::this_thread::sleep_for(kPollPause);
  }
  ::chmod(redis_users_file(folder).c_str(), kSecret);
  return password_in(password_file(folder, kRedisServerUser));
}

}  // namespace chat::process
