#include "process/daemon.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>

#include "process/eventually.h"
#include "process/folder.h"

namespace chat::process {
namespace {

class DaemonTest : public testing::Test {
 protected:
  // Runs a command that detaches and then does `work`; returns the command's exit code.
  int command(const std::function<void(Background&)>& work) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      if (std::freopen(folder_.file("stderr").c_str(), "w", stderr) == nullptr) std::_Exit(99);
      Background background = Background::detach();
      work(background);
      std::_Exit(0);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
  }

  Folder folder_;
};

TEST_F(DaemonTest, TheCommandEndsWhenTheServerIsReady) {
  const std::string path = folder_.file("facts");
  const int code = command([&](Background& background) {
    std::ofstream(path) << ::getpid() << ' ' << ::getsid(0) << ' ' << ::isatty(0);
    background.ready();
  });
  EXPECT_EQ(code, 0);
  pid_t pid = 0;
  pid_t session = 0;
  int terminal = 1;
  std::ifstream(path) >> pid >> session >> terminal;
  EXPECT_NE(session, ::getsid(0));
  EXPECT_NE(session, pid) << "a session leader could get a terminal again";
  EXPECT_EQ(terminal, 0);
}

TEST_F(DaemonTest, TheCommandTellsWhyTheServerDidNotStart) {
  EXPECT_EQ(command([](Background& background) {
              background.failed(ExitCode::port, "port 80 is taken");
            }),
            static_cast<int>(ExitCode::port));
  EXPECT_EQ(folder_.read("stderr"), "chatd: port 80 is taken\n");
}

TEST_F(DaemonTest, TheCommandDoesNotWaitForTheChildrenOfTheServer) {
  const std::string path = folder_.file("child");
  EXPECT_EQ(command([&](Background& background) {
              if (const pid_t child = ::fork(); child > 0) {
                std::ofstream(path) << child;
                return background.ready();
              }
              for (;;) ::pause();
            }),
            0);
  pid_t child = 0;
  std::ifstream(path) >> child;
  EXPECT_EQ(::kill(child, SIGKILL), 0);
}

TEST_F(DaemonTest, TheCommandNoticesAServerThatDied) {
  EXPECT_EQ(command([](Background&) { std::abort(); }), static_cast<int>(ExitCode::worker));
  EXPECT_NE(folder_.read("stderr").find("died while it started"), std::string::npos);
}

TEST_F(DaemonTest, InTheForegroundThereIsNobodyToTell) {
  Background background;
  background.ready();
  EXPECT_EQ(::fcntl(STDERR_FILENO, F_GETFD), 0);
}

}  // namespace
}  // namespace chat::process
