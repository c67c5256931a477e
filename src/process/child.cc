#include "process/child.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>

#include <csignal>

#include "process/signals.h"

// glibc 2.36 declares these for C alone.
extern "C" {
#include <sys/pidfd.h>
}

namespace chat::process {
namespace {

constexpr std::chrono::milliseconds kForever{-1};

}  // namespace

UniqueFd watch_process(pid_t pid) { return UniqueFd(::pidfd_open(pid, 0)); }

bool has_ended(const UniqueFd& process) {
  return !process || ends_within(process, std::chrono::milliseconds(0));
}

bool ends_within(const UniqueFd& process, std::chrono::milliseconds patience) {
  pollfd state{process.get(), POLLIN, 0};
  return ::poll(&state, 1, static_cast<int>(patience.count())) == 1;
}

void end_process(const UniqueFd& process, std::chrono::milliseconds patience) {
  if (!process) return;
  ::pidfd_send_signal(process.get(), SIGTERM, nullptr, 0);
  if (!ends_within(process, patience)) {
    ::pidfd_send_signal(process.get(), SIGKILL, nullptr, 0);
    ends_within(process, kForever);
  }
  siginfo_t info;
  ::waitid(P_PIDFD, static_cast<id_t>(process.get()), &info, WEXITED);
}

std::string describe_end(int status) {
  if (WIFSIGNALED(status)) return "was killed by " + signal_name(WTERMSIG(status));
  return fmt::format("ended with code {}", WEXITSTATUS(status));
}

}  // namespace chat::process
