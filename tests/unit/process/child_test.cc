#include "process/child.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/clock.h"
#include "process/eventually.h"
#include "process/folder.h"

namespace chat::process {
namespace {

class ChildTest : public testing::Test {
 protected:
  pid_t run_shell(const std::string& script) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      const std::string command = "exec >" + folder_.file("output") + "; " + script;
      ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      std::_Exit(127);
    }
    return pid;
  }

  static int wait_for(pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    return status;
  }

  static bool is_there(pid_t pid) { return ::kill(pid, 0) == 0; }

  Folder folder_;
};

TEST_F(ChildTest, DescribesHowAProcessEnded) {
  EXPECT_EQ(describe_end(wait_for(run_shell("exit 3"))), "ended with code 3");
  EXPECT_EQ(describe_end(wait_for(run_shell("kill -9 $$"))), "was killed by SIGKILL");
}

TEST_F(ChildTest, SeesAProcessEnd) {
  const pid_t pid = run_shell("exec sleep 60");
  const UniqueFd process = watch_process(pid);
  EXPECT_FALSE(has_ended(process));
  ::kill(pid, SIGKILL);
  EXPECT_TRUE(eventually([&] { return has_ended(process); }));
  EXPECT_EQ(describe_end(wait_for(pid)), "was killed by SIGKILL");
  EXPECT_TRUE(has_ended(watch_process(pid))) << "there is no such process";
}

TEST_F(ChildTest, EndsAProcessThatObeysWithoutForce) {
  const pid_t pid = run_shell("trap 'echo bye; exit' TERM; echo up; while :; do sleep 0.01; done");
  ASSERT_TRUE(eventually([&] { return folder_.read("output") == "up\n"; }));
  end_process(watch_process(pid), std::chrono::seconds(5));
  EXPECT_FALSE(is_there(pid));
  EXPECT_EQ(folder_.read("output"), "up\nbye\n");
}

TEST_F(ChildTest, EndsAProcessThatDoesNotObeyByForce) {
  const pid_t pid = run_shell("trap '' TERM; echo up; while :; do sleep 0.01; done");
  ASSERT_TRUE(eventually([&] { return folder_.read("output") == "up\n"; }));
  const std::uint64_t start = monotonic_ms();
  end_process(watch_process(pid), std::chrono::milliseconds(100));
  EXPECT_GE(monotonic_ms() - start, 100U);
  EXPECT_FALSE(is_there(pid));
}

}  // namespace
}  // namespace chat::process
