#include "process/pid_file.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "process/eventually.h"
#include "process/folder.h"
#include "process/start_error.h"

namespace chat::process {
namespace {

class PidFileTest : public testing::Test {
 protected:
  // A process that holds the file until it is killed.
  pid_t start_holder() {
    const pid_t pid = ::fork();
    if (pid == 0) {
      const PidFile held(path_);
      for (;;) ::pause();
    }
    EXPECT_TRUE(eventually([&] { return read_pid(path_) == pid; }));
    return pid;
  }

  static void kill_holder(pid_t pid) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }

  Folder folder_;
  std::string path_ = folder_.file("chatd.pid");
};

TEST_F(PidFileTest, HoldsTheProcessIdAndGoesWithItsOwner) {
  {
    const PidFile file(path_);
    EXPECT_EQ(read_pid(path_), ::getpid());
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(PidFileTest, ASecondServerIsToldWhoHoldsIt) {
  const pid_t holder = start_holder();
  try {
    const PidFile file(path_);
    ADD_FAILURE() << "was locked twice";
  } catch (const StartError& error) {
    EXPECT_NE(std::string(error.what()).find("held by process " + std::to_string(holder)),
              std::string::npos)
        << error.what();
  }
  EXPECT_EQ(read_pid(path_), holder);
  kill_holder(holder);
}

TEST_F(PidFileTest, AFileLeftByAKilledServerIsTakenOver) {
  kill_holder(start_holder());
  ASSERT_TRUE(std::filesystem::exists(path_));
  const PidFile file(path_);
  EXPECT_EQ(read_pid(path_), ::getpid());
}

TEST_F(PidFileTest, SaysWhyItCannotBeWritten) {
  EXPECT_THROW(PidFile(folder_.file("none/chatd.pid")), StartError);
  EXPECT_THROW(PidFile(folder_.path()), StartError);
}

TEST_F(PidFileTest, ReadsNothingFromWhatIsNoPidFile) {
  EXPECT_FALSE(read_pid(folder_.file("missing")));
  EXPECT_FALSE(read_pid(folder_.write("text", "none\n")));
  EXPECT_FALSE(read_pid(folder_.write("one", "1\n"))) << "nobody may signal init";
}

}  // namespace
}  // namespace chat::process
