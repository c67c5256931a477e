#include "process/managed_redis.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "process/child.h"
#include "process/redis_probe.h"
#include "process/redis_users.h"
#include "process/signals.h"
#include "process/start_error.h"

namespace chat::process {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kPollPause{5};
constexpr std::chrono::milliseconds kProbeTimeout{1'000};
constexpr std::uint64_t kPatienceToStart = 5'000;  // ms without any answer
constexpr std::chrono::milliseconds kPatienceToAdopt{5'000};
constexpr std::chrono::milliseconds kPatienceToStop{kGuardPatience + 1'000};
constexpr std::uint64_t kBirth = 1'000;  // a server that lived shorter died at birth
constexpr const char* kLockFile = "/master.pid";
constexpr const char* kServerFile = "/redis.pid";

// The program and the name to run it by. Debian's redis-tools has the server without that name.
struct Program {
  std::string path;
  const char* name = "redis-server";
};

Program find_program() {
  const char* variable = std::getenv("PATH");
  std::string_view folders = variable == nullptr ? "/usr/bin:/usr/local/bin" : variable;
  while (!folders.empty()) {
    const std::size_t colon = folders.find(':');
    std::string path = std::string(folders.substr(0, colon)) + "/redis-server";
    if (::access(path.c_str(), X_OK) == 0) return {std::move(path)};
    folders.remove_prefix(colon == std::string_view::npos ? folders.size() : colon + 1);
  }
  if (::access("/usr/bin/redis-check-rdb", X_OK) == 0) return {"/usr/bin/redis-check-rdb"};
  throw StartError(ExitCode::redis,
                   "managed Redis needs a redis-server: run `apt-get install redis-tools`, or name "
                   "a running one with --redis");
}

// Whether `pid` is a Redis that works in `folder`, and not a process that got an old number.
bool is_redis_in(pid_t pid, const std::string& folder) {
  const std::string process = fmt::format("/proc/{}", pid);
  std::string name;
  std::getline(std::ifstream(process + "/comm") >> std::ws, name);
  std::error_code unknown;
  return name.starts_with("redis") && fs::read_symlink(process + "/cwd", unknown) == folder;
}

std::string folder_of(const config::Settings& settings) { return settings.data + "/redis"; }

// Nobody is logged in yet.
config::RedisAddress address_in(const config::Settings& settings) {
  config::RedisAddress address;
  address.kind = config::RedisAddress::Kind::unix_socket;
  address.path = config::managed_redis_socket(settings.data);
  address.user = kRedisServerUser;
  return address;
}

Lifeline begin_life(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || ::chmod(folder.c_str(), S_IRWXU) != 0)
    throw StartError(ExitCode::configuration,
                     fmt::format("{}: cannot be created: {}", folder, error.message()));
  return Lifeline::make();
}

std::string last_line(const std::string& path) {
  std::ifstream stream(path);
  std::string last = "its log is empty";
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) last = line;
  }
  return last;
}

}  // namespace

void require_redis_program() { find_program(); }

config::RedisAddress running_managed_redis(const config::Settings& settings) {
  config::RedisAddress address = address_in(settings);
  address.password = redis_server_password(folder_of(settings));
  if (probe_redis(address, kProbeTimeout) == RedisState::ready) return address;
  throw StartError(ExitCode::redis,
                   fmt::format("the Redis of the server in {} does not answer: it runs while the "
                               "server does, so start that, or name its folder with --data",
                               settings.data));
}

ManagedRedis::ManagedRedis(const config::Settings& settings)
    : ManagedRedis(begin_life(folder_of(settings)), settings) {
  lock_.emplace(folder_ + kLockFile);
  address_.password = prepare_redis_users(folder_);
  spawn();
  wait_until_ready();
}

ManagedRedis::ManagedRedis(const config::Settings& settings, Lifeline lifeline)
    : ManagedRedis(std::move(lifeline), settings) {
  address_.password = extend_redis_users(folder_, address_, kPatienceToAdopt);
}

ManagedRedis::ManagedRedis(Lifeline lifeline, const config::Settings& settings)
    : folder_(folder_of(settings)),
      // Without `always`, a worker flushes once a second (store/folder_flusher.h).
      fsync_(settings.durable == config::Durability::disk ? "always" : "no"),
      databases_(std::to_string(std::max<std::size_t>(16, settings.session_database + 1))),
      address_(address_in(settings)),
      lifeline_(std::move(lifeline)) {}

ManagedRedis::~ManagedRedis() {
  if (guard_ == 0) return;
  end_process(process_, kPatienceToStop);
  ::unlink(address_.path.c_str());
  ::unlink((folder_ + kServerFile).c_str());
}

void ManagedRedis::take_over(pid_t guard) {
  lock_.emplace(folder_ + kLockFile);
  guard_ = guard;
  child_ = false;
  process_ = watch_process(guard);
  started_at_ = monotonic_ms();
  if (guard_ == 0) restart_at_ = started_at_;
}

void ManagedRedis::release() {
  guard_ = 0;
  process_.reset();
  restart_at_.reset();
  if (lock_) lock_->release();
}

bool ManagedRedis::reaped(pid_t pid, int status) {
  if (pid != guard_) return false;
  // A killed one has not written why.
  note_end(WIFSIGNALED(status) ? describe_end(status) : describe_end(status) + last_words());
  return true;
}

void ManagedRedis::look() {
  if (guard_ != 0 && !child_ && has_ended(process_)) note_end("ended" + last_words());
}

std::string ManagedRedis::last_words() const {
  return fmt::format(", its log with \"{}\"", last_line(folder_ + "/redis.log"));
}

void ManagedRedis::note_end(const std::string& how) {
  guard_ = 0;
  process_.reset();
  const std::uint64_t now = monotonic_ms();
  std::uint64_t wait = 0;
  if (now - started_at_ < kBirth) {
    wait = static_cast<std::uint64_t>(backoff_.next().count());
  } else {
    backoff_.reset();
  }
  restart_at_ = now + wait;
  log::error("managed Redis {}; starting it again in {} ms", how, wait);
}

void ManagedRedis::restart_if_due() try {
  if (!restart_at_ || monotonic_ms() < *restart_at_) return;
  restart_at_.reset();
  spawn();
} catch (const std::exception& failure) {
  const auto wait = backoff_.next();
  restart_at_ = monotonic_ms() + static_cast<std::uint64_t>(wait.count());
  log::error("managed Redis cannot be started: {}; trying again in {} ms", failure.what(),
             wait.count());
}

void ManagedRedis::end_leftover() const {
  const std::optional<int> pid = read_pid(folder_ + kServerFile);
  if (!pid || !is_redis_in(*pid, folder_)) return;
  log::warn("ending process {}, a Redis that was left in {}", *pid, folder_);
  const std::uint64_t deadline =
      monotonic_ms() + static_cast<std::uint64_t>(kPatienceToStop.count());
  ::kill(*pid, SIGTERM);
  while (is_redis_in(*pid, folder_)) {
    if (monotonic_ms() > deadline) ::kill(*pid, SIGKILL);
    std::this_thread::sleep_for(kPollPause);
  }
}

void ManagedRedis::spawn() {
  end_leftover();
  const Program program = find_program();
  ::unlink(address_.path.c_str());
  const std::vector<std::string> words = {program.name,
                                          "--port",
                                          "0",
                                          "--unixsocket",
                                          address_.path,
                                          "--unixsocketperm",
                                          "700",
                                          "--dir",
                                          folder_,
                                          "--aclfile",
                                          redis_users_file(folder_),
                                          "--appendonly",
                                          "yes",
                                          "--appendfsync",
                                          fsync_,
                                          "--save",
                                          "",
                                          "--databases",
                                          databases_};
  guard_ = run_guarded(
      {program.path, words, folder_ + "/redis.log", folder_ + kServerFile, "redis-guard"},
      lifeline_);
  child_ = true;
  process_ = watch_process(guard_);
  started_at_ = monotonic_ms();
}

void ManagedRedis::wait_until_ready() {
  const std::uint64_t deadline = monotonic_ms() + kPatienceToStart;
  for (;;) {
    const RedisState state = probe_redis(address_, kProbeTimeout);
    if (state == RedisState::ready) return;
    const bool silent = state == RedisState::unreachable && monotonic_ms() > deadline;
    if (has_ended(process_) || silent)
      throw StartError(ExitCode::redis,
                       fmt::format("managed Redis did not start: {} (all of it in {}/redis.log)",
                                   last_line(folder_ + "/redis.log"), folder_));
    if (Signals::stop_pending())
      throw StartError(ExitCode::redis, "asked to stop while managed Redis started");
    std::this_thread::sleep_for(kPollPause);
  }
}

}  // namespace chat::process
