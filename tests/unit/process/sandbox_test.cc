#include "process/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <thread>

namespace chat::process {
namespace {

struct End {
  int status = 0;
  std::string refused;  // the name of the call that was reported
};

// How a process ends that does `work` behind the filter and then exits with 0.
End behind_filter(const std::function<void()>& work) {
  auto [ours, theirs] = ControlChannel::make_pair();
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    filter_system_calls(theirs);
    work();
    std::_Exit(0);
  }
  End end;
  ::waitpid(pid, &end.status, 0);
  const auto message = ours.receive();
  if (message && message->word == Word::violated) end.refused = system_call_name(message->text);
  return end;
}

bool was_killed(const End& end) {
  return WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGSYS;
}

class SandboxTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!can_filter_system_calls()) GTEST_SKIP() << "sanitizers make calls of their own";
  }
};

TEST_F(SandboxTest, WhatServingTakesGoesOn) {
  const End end = behind_filter([] {
    const int file = ::open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    char byte = 0;
    if (::read(file, &byte, 1) != 1 || ::socket(AF_INET, SOCK_STREAM, 0) < 0) std::_Exit(1);
    auto* memory = static_cast<char*>(std::malloc(1 << 24));
    memory[1 << 23] = byte;
    std::free(memory);
  });
  EXPECT_TRUE(WIFEXITED(end.status));
  EXPECT_EQ(WEXITSTATUS(end.status), 0);
  EXPECT_EQ(end.refused, "");
}

TEST_F(SandboxTest, AnyOtherCallKillsAndIsNamed) {
  const std::pair<const char*, std::function<void()>> calls[] = {
      {"execve", [] { ::execl("/bin/true", "true", nullptr); }},
      {"clone", [] { ::fork(); }},
      {"ptrace", [] { ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }},
      {"kill", [] { ::kill(::getppid(), 0); }},
      {"tgkill", [] { ::syscall(SYS_tgkill, ::getppid(), ::getppid(), 0); }},
      {"listen", [] { ::listen(0, 1); }},
      {"socket", [] { ::socket(AF_NETLINK, SOCK_RAW, 0); }},
      {"socket", [] { ::socket(AF_PACKET, SOCK_RAW, 0); }},
      {"mmap",
       [] { ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }},
      {"mprotect", [] { ::syscall(SYS_mprotect, 0, 0, PROT_WRITE | PROT_EXEC); }},
      {"memfd_create", [] { ::syscall(SYS_memfd_create, "x", 0); }},
      {"prctl", [] { ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }},
      {"rt_sigaction", [] { ::signal(SIGSYS, SIG_IGN); }},
      {"setuid", [] { ::setuid(0); }},
      {"unshare", [] { ::syscall(SYS_unshare, 0); }},
      {"process_vm_readv", [] { ::syscall(SYS_process_vm_readv, 1, 0, 0, 0, 0, 0); }},
      {"bpf", [] { ::syscall(SYS_bpf, 0, 0, 0); }},
      {"io_uring_setup", [] { ::syscall(SYS_io_uring_setup, 1, 0); }},
  };
  for (const auto& [name, call] : calls) {
    const End end = behind_filter(call);
    EXPECT_TRUE(was_killed(end)) << name;
    EXPECT_EQ(end.refused, name);
  }
}

TEST_F(SandboxTest, ThreadsThatWereThereBeforeAreHeldToo) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    auto [ours, theirs] = ControlChannel::make_pair();
    std::atomic<bool> filtered = false;
    std::thread thread([&] {
      while (!filtered) std::this_thread::yield();
      ::execl("/bin/true", "true", nullptr);
    });
    filter_system_calls(theirs);
    filtered = true;
    thread.join();
    std::_Exit(0);
  }
  End end;
  ::waitpid(pid, &end.status, 0);
  EXPECT_TRUE(was_killed(end));
}

TEST_F(SandboxTest, TheSameSignalFromOutsideIsNoReport) {
  const End end = behind_filter([] { ::raise(SIGSYS); });
  EXPECT_TRUE(was_killed(end));
  EXPECT_EQ(end.refused, "");
}

TEST(SystemCallName, UnknownNumbersStayNumbers) { EXPECT_EQ(system_call_name("99999"), "99999"); }

}  // namespace
}  // namespace chat::process
