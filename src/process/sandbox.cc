#include "process/sandbox.h"

#include <fcntl.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <type_traits>

namespace chat::process {
namespace {

// Calls that are harmless with any arguments, or whose arguments a filter cannot see through.
constexpr const char* kAllowed[] = {
    // Files: logs, certificates read again, uploads, static files.
    "read", "write", "readv", "writev", "pread64", "pwrite64", "open", "openat", "openat2", "close",
    "fstat", "stat", "lstat", "newfstatat", "statx", "lseek", "access", "faccessat", "faccessat2",
    "unlink", "unlinkat", "rename", "renameat", "renameat2", "link", "linkat", "mkdir", "mkdirat",
    "rmdir", "fsync", "fdatasync", "ftruncate", "fallocate", "fadvise64", "getdents64", "readlink",
    "readlinkat", "fcntl", "flock", "fchmod", "umask", "getcwd", "statfs", "fstatfs", "dup", "dup2",
    "dup3",
    // Connections, and the loop over them.
    "accept4", "connect", "bind", "sendto", "sendmsg", "sendmmsg", "sendfile", "recvfrom",
    "recvmsg", "recvmmsg", "shutdown", "getsockopt", "setsockopt", "getsockname", "getpeername",
    "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "select", "pselect6",
    "timerfd_settime", "timerfd_gettime",
    // Memory, threads that are there, clocks, the own process.
    "brk", "munmap", "mremap", "madvise", "mlock", "munlock", "futex", "sched_yield",
    "set_robust_list", "rseq", "membarrier", "sched_getaffinity", "setpriority", "getpriority",
    "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time",
    "getrandom", "getpid", "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid", "uname",
    "sysinfo", "getrusage", "times", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending",
    "sigaltstack", "restart_syscall", "exit", "exit_group"};

constexpr int kAddressFamilies[] = {AF_UNIX, AF_INET, AF_INET6};
constexpr unsigned kTerminalQuestions[] = {TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO};

constexpr int kSeccompCode = 1;  // SYS_SECCOMP of the kernel's siginfo.h

int report_fd = -1;

// Tells the master which call was refused. The default action, in force again from here on, then
// ends the process. Async-signal-safe.
void on_refused_call(int signal, siginfo_t* info, void*) {
  if (info->si_code == kSeccompCode) {
    std::array<char, 16> message{static_cast<char>(Word::violated)};
    const auto [end, error] =
        std::to_chars(message.data() + 1, message.data() + message.size(), info->si_syscall);
    const auto size = static_cast<std::size_t>(end - message.data());
    ::send(report_fd, message.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  ::raise(signal);
}

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_TRAP)) {
    check(context_ == nullptr ? -ENOMEM : 0);
    check(seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    check(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_TSYNC, 1));
  }

  void allow(const char* name, std::initializer_list<scmp_arg_cmp> conditions = {}) {
    const int number = seccomp_syscall_resolve_name(name);
    // Some architectures have only the younger one of two calls.
    if (number == __NR_SCMP_ERROR) return;
    check(seccomp_rule_add_array(context_.get(), SCMP_ACT_ALLOW, number,
                                 static_cast<unsigned>(conditions.size()), conditions.begin()));
  }

  void load() { check(seccomp_load(context_.get())); }

 private:
  struct Free {
    void operator()(void* context) const { seccomp_release(context); }
  };

  static void check(int outcome) {
    if (outcome < 0)
      throw std::runtime_error("no filter of system calls (" +
                               std::string(std::strerror(-outcome)) +
                               "); --system-call-filter off serves without one");
  }

  std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, Free> context_;
};

void allow_with_conditions(Filter& filter) {
  for (const int family : kAddressFamilies)
    filter.allow("socket", {SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(family))});
  for (const unsigned question : kTerminalQuestions)
    filter.allow("ioctl", {SCMP_A1(SCMP_CMP_EQ, question)});
  for (const char* name : {"mmap", "mprotect"})
    filter.allow(name, {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
  filter.allow("prlimit64", {SCMP_A2(SCMP_CMP_EQ, 0)});  // to read limits, not to set them
  filter.allow("prctl", {SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME)});
  filter.allow("rt_sigaction", {SCMP_A0(SCMP_CMP_NE, SIGSYS)});
  const auto self = static_cast<scmp_datum_t>(::getpid());
  filter.allow("tgkill", {SCMP_A0(SCMP_CMP_EQ, self)});  // raise() and abort()
}

}  // namespace

bool can_filter_system_calls() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return false;
#else
  return true;
#endif
}

void filter_system_calls(const ControlChannel& report) {
  report_fd = report.fd();
  struct sigaction action {};
  action.sa_sigaction = on_refused_call;
  action.sa_flags = static_cast<int>(SA_SIGINFO | SA_RESETHAND);
  ::sigaction(SIGSYS, &action, nullptr);
  Filter filter;
  for (const char* name : kAllowed) filter.allow(name);
  allow_with_conditions(filter);
  filter.load();
}

std::string system_call_name(const std::string& number) {
  const std::unique_ptr<char, decltype(&std::free)> name(
      seccomp_syscall_resolve_num_arch(seccomp_arch_native(),
                                       static_cast<int>(std::strtol(number.c_str(), nullptr, 10))),
      &std::free);
  return name == nullptr ? number : name.get();
}

}  // namespace chat::process
