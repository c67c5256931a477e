#include "process/successor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "process/signals.h"

namespace chat::process {
namespace {

constexpr int kCannotRun = 127;

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_with(int channel) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable)
    variables.emplace_back(*variable);
  variables.push_back(fmt::format("{}={}", kUpgradeVariable, channel));
  return variables;
}

void keep_open(int fd) {
  if (fd >= 0) ::fcntl(fd, F_SETFD, 0);
}

}  // namespace

Invocation Invocation::of(int argc, char** argv) {
  Invocation invocation;
  // As it was named at the start: what the name stands for may be another program by now.
  const auto* path = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
  std::error_code none;
  if (path != nullptr) invocation.program = std::filesystem::absolute(path, none).string();
  invocation.words.assign(argv, argv + argc);
  return invocation;
}

Successor::Successor(const Invocation& invocation, const Estate& estate) {
  if (::access(invocation.program.c_str(), X_OK) != 0)
    throw std::system_error(errno, std::generic_category(), invocation.program);
  auto [ours, theirs] = ControlChannel::make_pair();
  ours.send(Word::estate, estate.to_text());
  std::vector<std::string> words = invocation.words;
  std::vector<std::string> variables = environment_with(theirs.fd());
  const std::vector<char*> arguments = pointers_to(words);
  const std::vector<char*> environment = pointers_to(variables);
  pid_ = ::fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ > 0) {
    channel_.emplace(std::move(ours));
    return;
  }
  for (const int fd :
       {theirs.fd(), estate.listener, estate.pid_file, estate.lifeline_watch, estate.lifeline_hold})
    keep_open(fd);
  Signals::restore_for_master();
  ::execve(invocation.program.c_str(), arguments.data(), environment.data());
  theirs.receive();  // an end that is closed unread takes back what it said
  theirs.send(Word::failed, fmt::format("{}: {}", invocation.program, std::strerror(errno)));
  std::_Exit(kCannotRun);
}

bool Successor::alive() const {
  siginfo_t info{};
  const auto id = static_cast<id_t>(pid_);
  return ::waitid(P_PID, id, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

std::optional<Message> Successor::receive() {
  if (!channel_) return std::nullopt;
  std::optional<Message> message = channel_->receive();
  if (message && message->word == Word::gone) {
    channel_.reset();
    return std::nullopt;
  }
  return message;
}

bool Successor::send(Word word, std::string_view text) {
  return channel_ && channel_->send(word, text);
}

}  // namespace chat::process
