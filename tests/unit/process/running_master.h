// A master in a process of its own, with stub workers, and what a client sees of it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "config/command_line.h"
#include "process/eventually.h"
#include "process/folder.h"
#include "process/master.h"
#include "process/stub_worker.h"

namespace chat::process {

inline UniqueFd loopback_socket(sockaddr_in& address, std::uint16_t port) {
  address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

inline std::uint16_t free_port() {
  sockaddr_in address;
  const UniqueFd socket = loopback_socket(address, 0);
  socklen_t length = sizeof address;
  ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), length);
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

class RunningMaster {
 public:
  // What a worker said of itself.
  struct Answer {
    pid_t pid = 0;
    std::string id;
    int max_devices = 0;
    std::vector<std::string> dead_ids;
  };

  // Flags with their values; those not given have values that suit tests.
  using Options = std::map<std::string, std::string>;

  explicit RunningMaster(Options options = {}, Workers::Body body = run_stub_worker)
      : options_(std::move(options)), body_(std::move(body)), port_(free_port()) {
    options_.merge(Options{{"--port", std::to_string(port_)},
                           {"--bind", "127.0.0.1"},
                           {"--workers", "1"},
                           {"--data", folder_.file("var")},
                           {"--upload", folder_.file("upload")},
                           {"--log-file", folder_.file("log")},
                           {"--echo", "on"}});
    launch();
  }
  ~RunningMaster() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  // Starts it again on the same port and folders, with a new log.
  void launch() {
    std::filesystem::remove(folder_.file("log"));
    pid_ = ::fork();
    if (pid_ == 0) become_master();
  }

  bool wait_until_ready() {
    return eventually([&] { return logged("listens on") || ended(); }) && pid_ != 0;
  }

  // One line from some worker; nothing when nobody answers.
  std::optional<Answer> ask() const {
    sockaddr_in address;
    const UniqueFd socket = loopback_socket(address, port_);
    if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      return std::nullopt;
    std::array<char, 1024> buffer{};
    const ssize_t size = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_WAITALL);
    if (size <= 0) return std::nullopt;
    std::istringstream line(std::string(buffer.data(), static_cast<std::size_t>(size)));
    Answer answer;
    line >> answer.pid >> answer.id >> answer.max_devices;
    for (std::string id; line >> id;) answer.dead_ids.push_back(id);
    return answer;
  }

  void signal(int number) const { ::kill(pid_, number); }

  // Waits for the end; the exit code.
  int wait() {
    EXPECT_TRUE(eventually([&] { return ended(); })) << log();
    return exit_code_;
  }

  void kill() {
    signal(SIGKILL);
    wait();
  }

  pid_t pid() const { return pid_; }
  std::uint16_t port() const { return port_; }
  const Folder& folder() const { return folder_; }
  std::string log() const { return folder_.read("log"); }
  bool logged(std::string_view text) const { return log().find(text) != std::string::npos; }

 private:
  [[noreturn]] void become_master() {
    std::vector<std::string> words = {"chatd"};
    for (const auto& [flag, value] : options_) words.push_back(flag + '=' + value);
    std::vector<const char*> pointers;
    for (const std::string& word : words) pointers.push_back(word.c_str());
    if (std::freopen(folder_.file("stderr").c_str(), "a", stderr) == nullptr) std::_Exit(99);
    Background background;
    int code = 98;
    try {
      auto line = config::parse_command_line(static_cast<int>(pointers.size()), pointers.data());
      auto configuration = config::load(line);
      code = Master(std::move(line), std::move(configuration), body_, {}).run(background);
    } catch (const std::exception& failure) {
      background.failed(ExitCode::configuration, failure.what());
    }
    std::_Exit(code);
  }

  bool ended() {
    int status = 0;
    if (pid_ == 0) return true;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
    pid_ = 0;
    exit_code_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    return true;
  }

  Folder folder_;
  Options options_;
  Workers::Body body_;
  std::uint16_t port_;
  pid_t pid_ = 0;
  int exit_code_ = 0;
};

}  // namespace chat::process
