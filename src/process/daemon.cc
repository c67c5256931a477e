#include "process/daemon.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

namespace chat::process {
namespace {

void print_failure(std::string_view line) {
  fmt::print(stderr, "chatd: {}\n", line);
  std::fflush(stderr);
}

pid_t fork_or_throw() {
  const pid_t pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  return pid;
}

void leave_streams() {
  const int null = ::open("/dev/null", O_RDWR);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, stream);
  if (null > STDERR_FILENO) ::close(null);
}

// What the daemon wrote: the exit code, then a line for the operator. Empty when it died before.
std::string read_outcome(int fd) {
  std::string outcome;
  std::array<char, 1024> buffer{};
  for (;;) {
    const ssize_t size = ::read(fd, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return {};
    outcome.append(buffer.data(), static_cast<std::size_t>(size));
    if (outcome.ends_with('\n')) return outcome;  // workers may hold the pipe open
  }
}

[[noreturn]] void wait_for_outcome(UniqueFd daemon, pid_t middle) {
  ::waitpid(middle, nullptr, 0);
  const std::string outcome = read_outcome(daemon.get());
  const bool died = outcome.empty();
  const int code = died ? static_cast<int>(ExitCode::worker) : outcome.front();
  if (died) {
    print_failure("the server died while it started: its log file says more");
  } else if (code != 0) {
    print_failure(std::string_view(outcome).substr(1, outcome.size() - 2));
  }
  std::_Exit(code);
}

void write_outcome(int fd, ExitCode code, std::string_view line) {
  std::string outcome(1, static_cast<char>(code));
  outcome += line;
  outcome += '\n';
  // A command that was killed meanwhile does not matter to the server.
  [[maybe_unused]] const ssize_t written = ::write(fd, outcome.data(), outcome.size());
}

}  // namespace

Background Background::detach() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  if (const pid_t middle = fork_or_throw(); middle > 0) {
    writer.reset();
    wait_for_outcome(std::move(reader), middle);
  }
  ::setsid();
  // A process that leads no session can never get a terminal again.
  if (fork_or_throw() > 0) std::_Exit(0);
  leave_streams();
  return Background(std::move(writer));
}

void Background::ready() {
  if (!command_) return;
  write_outcome(command_.get(), ExitCode::ok, {});
  command_.reset();
}

void Background::failed(ExitCode code, std::string_view line) {
  if (!command_) return print_failure(line);
  write_outcome(command_.get(), code, line);
  command_.reset();
}

}  // namespace chat::process
