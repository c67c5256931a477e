// A real Redis for one test: on a unix socket in a folder of its own, gone with the test.
#pragma once

#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "store/redis.h"

namespace chat::store {

// A port of loopback on which nobody listens now.
inline std::uint16_t free_port() {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  if (::bind(fd.get(), raw, size) != 0 || ::getsockname(fd.get(), raw, &size) != 0)
    throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

class RedisServer {
 public:
  // `config`: what a file has to say, for a Sentinel, which needs one.
  explicit RedisServer(std::vector<std::string> options = {}, const std::string& config = {})
      : options_(std::move(options)) {
    char name[] = "/tmp/store-test-XXXXXX";
    if (::mkdtemp(name) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    if (!config.empty()) {
      config_ = folder_ + "/server.conf";
      std::ofstream(config_) << config;
    }
    start();
  }
  ~RedisServer() {
    stop(SIGKILL);
    std::filesystem::remove_all(folder_);
  }

  void start() {
    pid_ = ::fork();
    if (pid_ == 0) run();
    for (int tries = 0; !answers(); ++tries) {
      if (tries == 1000) throw std::runtime_error("Redis does not start");
      ::usleep(5'000);
    }
  }

  void stop(int signal) {
    if (pid_ <= 0) return;
    // A frozen server takes no signal but SIGKILL, and would answer what waits if it went on first.
    if (signal != SIGKILL) ::kill(pid_, SIGCONT);
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  void freeze() { ::kill(pid_, SIGSTOP); }
  void thaw() { ::kill(pid_, SIGCONT); }

  Redis::Options options() const {
    Redis::Options options;
    options.address.kind = config::RedisAddress::Kind::unix_socket;
    options.address.path = socket();
    return options;
  }
  // The answer to one command at such a socket, be it of a replica.
  static std::string ask(const std::string& socket, const char* command) {
    const std::unique_ptr<redisContext, decltype(&::redisFree)> context(
        ::redisConnectUnix(socket.c_str()), ::redisFree);
    const std::unique_ptr<void, decltype(&::freeReplyObject)> raw(
        ::redisCommand(context.get(), command), ::freeReplyObject);
    const auto* reply = static_cast<const redisReply*>(raw.get());
    if (reply == nullptr || reply->str == nullptr) throw std::runtime_error("no text from Redis");
    return {reply->str, reply->len};
  }

  std::string socket() const { return folder_ + "/redis.sock"; }
  const std::string& folder() const { return folder_; }

 private:
  [[noreturn]] void run() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::vector<std::string> words{
        "redis-server",  "--port", "0", "--unixsocket", socket(),  "--dir",
        folder_,         "--save", "",  "--loglevel",   "warning", "--logfile",
        folder_ + "/log"};
    if (!config_.empty()) words.insert(words.begin() + 1, config_);
    words.insert(words.end(), options_.begin(), options_.end());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execvp("redis-server", arguments.data());
    ::execv("/usr/bin/redis-check-rdb",
            arguments.data());  // the same program in Debian's redis-tools
    ::_exit(127);
  }

  bool answers() const {
    const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof address.sun_path, "%s", socket().c_str());
    char answer[8] = {};
    return ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
           ::write(fd.get(), "PING\r\n", 6) == 6 && ::read(fd.get(), answer, 5) == 5 &&
           (std::string(answer) == "+PONG" || std::string(answer) == "-NOAU");
  }

  std::vector<std::string> options_;
  std::string config_;  // the file
  std::string folder_;
  pid_t pid_ = 0;
};

}  // namespace chat::store
