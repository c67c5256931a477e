#include "process/guard.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <system_error>

#include "base/clock.h"
#include "process/signals.h"

namespace chat::process {
namespace {

constexpr int kCannotRun = 127;
constexpr mode_t kOutputMode = 0640;
constexpr int kLifeline = STDERR_FILENO + 1;  // its number in the guard
constexpr int kForcePause = 100;              // ms from one KILL to the next look

void direct_output(const std::string& path) {
  const int null = ::open("/dev/null", O_RDONLY);
  const int log = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT, kOutputMode);
  ::dup2(null, STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
}

// The guard must hold nothing of the server: no port, no channel, no lifeline of its own.
void keep_only(int lifeline) {
  if (lifeline != kLifeline) ::dup2(lifeline, kLifeline);
  ::fcntl(kLifeline, F_SETFD, FD_CLOEXEC);
  ::close_range(kLifeline + 1, ~0U, 0);
}

[[noreturn]] void become_program(const GuardedProgram& program, pid_t guard) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != guard) std::_Exit(kCannotRun);  // it died before the kernel was told
  Signals::restore();
  std::vector<char*> words;
  words.reserve(program.words.size() + 1);
  for (const std::string& word : program.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execv(program.path.c_str(), words.data());
  std::_Exit(kCannotRun);
}

[[noreturn]] void end_like(int status) {
  if (WIFSIGNALED(status)) {
    Signals::restore();
    ::kill(::getpid(), WTERMSIG(status));
  }
  std::_Exit(WEXITSTATUS(status));
}

class Guard {
 public:
  explicit Guard(pid_t program) : program_(program) {}

  [[noreturn]] void watch(Signals& signals) {
    for (;;) {
      std::array<pollfd, 2> descriptors{
          {{signals.fd(), POLLIN, 0}, {deadline_ ? -1 : kLifeline, POLLIN, 0}}};
      ::poll(descriptors.data(), descriptors.size(), timeout());
      while (const std::optional<int> signal = signals.next()) {
        if (*signal == SIGTERM) end();
      }
      if (descriptors[1].revents != 0) end();
      int status = 0;
      if (::waitpid(program_, &status, WNOHANG) == program_) end_like(status);
      if (deadline_ && monotonic_ms() >= *deadline_) ::kill(program_, SIGKILL);
    }
  }

 private:
  void end() {
    if (deadline_) return;
    ::kill(program_, SIGTERM);
    deadline_ = monotonic_ms() + kGuardPatience;
  }

  int timeout() const {
    if (!deadline_) return -1;
    const std::uint64_t now = monotonic_ms();
    return now < *deadline_ ? static_cast<int>(*deadline_ - now) : kForcePause;
  }

  pid_t program_;
  std::optional<std::uint64_t> deadline_;  // monotonic ms: the program was told to end
};

[[noreturn]] void become_guard(const GuardedProgram& program, int lifeline) {
  ::setsid();
  ::prctl(PR_SET_NAME, program.guard_name.c_str());
  direct_output(program.output);
  keep_only(lifeline);
  Signals signals;
  const pid_t guard = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become_program(program, guard);
  if (pid < 0) std::_Exit(kCannotRun);
  std::ofstream(program.pid_file) << pid << '\n';
  Guard(pid).watch(signals);
}

}  // namespace

Lifeline Lifeline::make() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

pid_t run_guarded(const GuardedProgram& program, const Lifeline& lifeline) {
  const pid_t pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid == 0) become_guard(program, lifeline.watch.get());
  return pid;
}

}  // namespace chat::process
