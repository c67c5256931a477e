#include "process/signals.h"

#include <sys/signalfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

namespace chat::process {
namespace {

constexpr std::array kHandled = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD};
constexpr std::array kForMaster = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE};
constexpr std::array kToStop = {SIGTERM, SIGINT, SIGQUIT};

void unblock_all() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace

std::string signal_name(int number) {
  const char* name = ::sigabbrev_np(number);
  return name == nullptr ? "signal " + std::to_string(number) : std::string("SIG") + name;
}

Signals::Signals() {
  sigset_t handled;
  ::sigemptyset(&handled);
  for (const int number : kHandled) ::sigaddset(&handled, number);
  ::sigprocmask(SIG_BLOCK, &handled, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);  // a log or upload at its limit is a failed write like any other
  ::signal(SIGCHLD, SIG_DFL);  // whoever started this process may have ignored it
  fd_.reset(::signalfd(-1, &handled, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd_) throw std::system_error(errno, std::generic_category(), "signalfd");
}

std::optional<int> Signals::next() {
  signalfd_siginfo info;
  if (::read(fd_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

void Signals::absorb(int signal, std::chrono::milliseconds patience) {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  ::sigaddset(&wanted, signal);
  const timespec limit{patience.count() / 1000, patience.count() % 1000 * 1'000'000};
  ::sigtimedwait(&wanted, nullptr, &limit);
}

bool Signals::stop_pending() {
  sigset_t pending;
  ::sigemptyset(&pending);
  ::sigpending(&pending);
  return std::any_of(kToStop.begin(), kToStop.end(),
                     [&](int number) { return ::sigismember(&pending, number) == 1; });
}

void Signals::leave_to_master() {
  for (const int number : kForMaster) ::signal(number, SIG_IGN);
  unblock_all();
}

void Signals::restore() {
  for (const int number : kForMaster) ::signal(number, SIG_DFL);
  unblock_all();
}

void Signals::restore_for_master() {
  for (const int number : kForMaster) ::signal(number, SIG_DFL);
  for (const int number : {SIGHUP, SIGUSR1, SIGUSR2}) ::signal(number, SIG_IGN);
  unblock_all();
}

}  // namespace chat::process
