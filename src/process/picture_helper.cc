#include "process/picture_helper.h"

#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>

#include "base/base64.h"
#include "picture/clean.h"
#include "picture/report.h"
#include "process/sandbox.h"
#include "process/signals.h"

namespace chat::process {
namespace {

constexpr int kChannel = 3;
constexpr std::string_view kFailed = "-";

// The picture, what becomes of it, its preview.
struct Job {
  std::array<int, picture::kJobFiles> files{-1, -1, -1};
};

// What a process needs to turn bytes into bytes.
constexpr const char* kAllowed[] = {"read",
                                    "write",
                                    "fstat",
                                    "newfstatat",
                                    "brk",
                                    "mmap",
                                    "munmap",
                                    "mremap",
                                    "mprotect",
                                    "madvise",
                                    "futex",
                                    "sched_yield",
                                    "sched_getaffinity",
                                    "getrandom",
                                    "clock_gettime",
                                    "sendto",
                                    "close",
                                    "rt_sigreturn",
                                    "rt_sigprocmask",
                                    "sigaltstack",
                                    "exit",
                                    "exit_group"};

// False at the channel's end: the worker is gone.
bool next_job(Job& job) {
  char word = 0;
  iovec text{&word, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof job.files)> control{};
  msghdr message{};
  message.msg_iov = &text;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = 0;
  do {
    got = ::recvmsg(kChannel, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  const cmsghdr* const head = CMSG_FIRSTHDR(&message);
  if (got <= 0 || head == nullptr || head->cmsg_len != CMSG_LEN(sizeof job.files)) return false;
  std::memcpy(job.files.data(), CMSG_DATA(head), sizeof job.files);
  return true;
}

void answer(std::string_view text) { ::send(kChannel, text.data(), text.size(), MSG_NOSIGNAL); }

std::string read_file(int file) {
  struct stat facts {};
  ::fstat(file, &facts);
  std::string bytes(static_cast<std::size_t>(facts.st_size), '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(file, bytes.data() + filled, bytes.size() - filled);
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

bool write_file(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void bound(const config::Settings& settings) {
  const auto seconds =
      static_cast<rlim_t>(std::max<std::int64_t>(1, settings.picture_time.count() / 1000));
  const rlimit time{seconds, seconds};
  ::setrlimit(RLIMIT_CPU, &time);
  if (!can_filter_system_calls()) return;  // sanitizers need all of it
  const rlimit memory{settings.picture_memory, settings.picture_memory};
  ::setrlimit(RLIMIT_AS, &memory);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_NOFILE, &none);
}

void confine(const config::Settings& settings) {
  if (!settings.system_call_filter || !can_filter_system_calls()) return;
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
  bool made = filter != nullptr;
  for (const char* name : kAllowed) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number != __NR_SCMP_ERROR)
      made = made && seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0) == 0;
  }
  if (!made || seccomp_load(filter) != 0) std::_Exit(1);
}

// The life of the process for one picture.
[[noreturn]] void make(const config::Settings& settings, const Job& job) {
  bound(settings);
  confine(settings);
  try {
    picture::Limits limits;
    limits.pixels = settings.max_image_pixels;
    const auto cleaned = picture::clean(read_file(job.files[0]), limits);
    if (!cleaned || !write_file(job.files[1], cleaned->bytes) ||
        !write_file(job.files[2], cleaned->preview))
      std::_Exit(1);
    picture::Report report;
    report.width = cleaned->width;
    report.height = cleaned->height;
    report.animated = cleaned->animated;
    report.has_preview = !cleaned->preview.empty();
    report.placeholder = to_base64(cleaned->placeholder);
    if (report.placeholder.size() > picture::kMostReport / 2) report.placeholder.clear();
    answer(picture::text_of(report));
  } catch (const std::exception&) {
    std::_Exit(1);  // the memory did not suffice
  }
  std::_Exit(0);
}

// Whoever made a picture has answered; for one who did not live to do so, this does.
void attend(const config::Settings& settings, const Job& job) {
  const pid_t pid = ::fork();
  if (pid == 0) make(settings, job);
  for (const int file : job.files) ::close(file);
  int status = 0;
  while (pid > 0 && ::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  if (pid < 0 || status != 0) answer(kFailed);
}

[[noreturn]] void help(const config::Settings& settings, UniqueFd channel, pid_t parent) {
  Signals::leave_to_master();
  ::signal(SIGCHLD, SIG_DFL);
  ::prctl(PR_SET_NAME, "chatd-pictures");
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) std::_Exit(0);
  if (::dup2(channel.get(), kChannel) != kChannel) std::_Exit(1);
  ::close_range(kChannel + 1, ~0U, 0);
  Job job;
  while (next_job(job)) attend(settings, job);
  std::_Exit(0);
}

}  // namespace

UniqueFd start_picture_helper(const config::Settings& settings) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw std::system_error(errno, std::generic_category(), "socketpair");
  UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid == 0) help(settings, std::move(theirs), parent);
  return ours;
}

}  // namespace chat::process
