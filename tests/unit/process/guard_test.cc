#include "process/guard.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "process/child.h"
#include "process/eventually.h"
#include "process/folder.h"
#include "process/pid_file.h"

namespace chat::process {
namespace {

class GuardTest : public testing::Test {
 protected:
  // A shell that runs `script` under a guard; returns the guard.
  pid_t run(const std::string& script) {
    return run_guarded({"/bin/sh",
                        {"sh", "-c", script},
                        folder_.file("output"),
                        folder_.file("pid"),
                        "shell-guard"},
                       lifeline_);
  }

  // One that says what it hears, and has begun to listen.
  pid_t run_listener() {
    const pid_t guard = run("trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.01; done");
    EXPECT_TRUE(eventually([&] { return folder_.read("output") == "up\n" && program() != 0; }));
    return guard;
  }

  pid_t program() const { return read_pid(folder_.file("pid")).value_or(0); }

  static std::string end_of(pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    return describe_end(status);
  }

  static bool gone(pid_t pid) {
    return !std::filesystem::exists("/proc/" + std::to_string(pid) + "/exe");
  }

  Folder folder_;
  Lifeline lifeline_ = Lifeline::make();
};

TEST_F(GuardTest, CollectsOutputAndEndsAsTheProgramDoes) {
  EXPECT_EQ(end_of(run("echo out; echo err >&2; exit 3")), "ended with code 3");
  EXPECT_EQ(folder_.read("output"), "out\nerr\n");
  EXPECT_EQ(end_of(run("kill -9 $$")), "was killed by SIGKILL");
}

TEST_F(GuardTest, AProgramThatCannotBeRunEndsWith127) {
  const pid_t guard = run_guarded(
      {"/nowhere", {"nowhere"}, folder_.file("output"), folder_.file("pid"), "guard"}, lifeline_);
  EXPECT_EQ(end_of(guard), "ended with code 127");
}

TEST_F(GuardTest, RunsInASessionOfItsOwn) {
  const pid_t guard = run_listener();
  EXPECT_EQ(::getsid(program()), guard);
  end_process(watch_process(guard), std::chrono::seconds(5));
}

TEST_F(GuardTest, PassesTermOnAndWaits) {
  const pid_t guard = run_listener();
  ::kill(guard, SIGTERM);
  EXPECT_EQ(end_of(guard), "ended with code 7");
  EXPECT_EQ(folder_.read("output"), "up\nbye\n");
}

TEST_F(GuardTest, EndsTheProgramWhenNobodyHoldsTheLifeline) {
  const pid_t guard = run_listener();
  const pid_t holder = ::fork();
  if (holder == 0) {
    for (;;) ::pause();
  }
  lifeline_.hold.reset();
  EXPECT_EQ(::kill(program(), 0), 0) << "one process still holds it";
  EXPECT_EQ(::waitpid(guard, nullptr, WNOHANG), 0);
  ::kill(holder, SIGKILL);
  end_of(holder);
  EXPECT_EQ(end_of(guard), "ended with code 7");
}

TEST_F(GuardTest, TheProgramDoesNotOutliveItsGuard) {
  const pid_t guard = run_listener();
  const pid_t shell = program();
  ::kill(guard, SIGKILL);
  EXPECT_EQ(end_of(guard), "was killed by SIGKILL");
  EXPECT_TRUE(eventually([&] { return gone(shell); }));
}

TEST_F(GuardTest, HoldsNoDescriptorOfItsOwner) {
  const pid_t guard = run_listener();
  const auto folder = std::filesystem::directory_iterator("/proc/" + std::to_string(guard) + "/fd");
  EXPECT_LE(std::distance(begin(folder), end(folder)), 5) << "streams, lifeline, signals";
  end_process(watch_process(guard), std::chrono::seconds(5));
}

}  // namespace
}  // namespace chat::process
