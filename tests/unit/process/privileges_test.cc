#include "process/privileges.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "base/unique_fd.h"
#include "process/folder.h"
#include "process/start_error.h"

namespace chat::process {
namespace {

constexpr uid_t kNobody = 65534;

// The exit code of a process that does `work`; what it gives up does not matter to the tests.
int in_process(const std::function<int()>& work) {
  const pid_t pid = ::fork();
  if (pid == 0) std::_Exit(work());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WEXITSTATUS(status);
}

class PrivilegesTest : public testing::Test {
 protected:
  PrivilegesTest() {
    settings_.data = folder_.file("a/var");
    settings_.upload = folder_.file("upload");
  }

  Folder folder_;
  config::Settings settings_;
};

TEST_F(PrivilegesTest, MakesMissingFolders) {
  make_folders(settings_);
  make_folders(settings_);
  EXPECT_TRUE(std::filesystem::is_directory(settings_.data));
  EXPECT_TRUE(std::filesystem::is_directory(settings_.upload));
}

TEST_F(PrivilegesTest, SaysWhichFolderCannotBeMade) {
  settings_.upload = folder_.write("file", "") + "/upload";
  try {
    make_folders(settings_);
    FAIL() << "was made";
  } catch (const StartError& error) {
    EXPECT_EQ(error.code(), ExitCode::configuration);
    EXPECT_NE(std::string(error.what()).find(settings_.upload), std::string::npos);
  }
}

TEST_F(PrivilegesTest, NobodyGainsPrivilegesOrDumpsCore) {
  EXPECT_EQ(in_process([&] {
              drop_privileges(settings_);
              rlimit core{1, 1};
              ::getrlimit(RLIMIT_CORE, &core);
              return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && core.rlim_cur == 0 ? 0 : 1;
            }),
            0);
}

TEST_F(PrivilegesTest, RootBecomesTheUserForGoodAndLeavesItTheFolders) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can change its user";
  settings_.user = "nobody";
  make_folders(settings_);
  struct stat info {};
  ::stat(settings_.data.c_str(), &info);
  EXPECT_EQ(info.st_uid, kNobody);
  ::stat(folder_.file("a").c_str(), &info);
  EXPECT_EQ(info.st_uid, kNobody) << "else that user could not enter it";
  EXPECT_EQ(in_process([&] {
              drop_privileges(settings_);
              if (::getuid() != kNobody || ::geteuid() != kNobody || ::getgid() == 0) return 1;
              if (::setuid(0) == 0) return 2;
              gid_t groups[64];
              const int count = ::getgroups(64, groups);
              for (int index = 0; index < count; ++index) {
                if (groups[index] == 0) return 3;
              }
              return 0;
            }),
            0);
}

TEST_F(PrivilegesTest, AnUnknownUserIsAnError) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can change its user";
  settings_.user = "no-such-user";
  EXPECT_THROW(drop_privileges(settings_), StartError);
  EXPECT_THROW(check_user(settings_), StartError);
  settings_.user = "nobody";
  check_user(settings_);
}

TEST_F(PrivilegesTest, ASocketIsGivenToTheUserWhomRootBecomes) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can change its user";
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto owner = [&] {
    struct stat info {};
    ::fstat(socket.get(), &info);
    return info.st_uid;
  };
  give_to_user(settings_, socket.get());
  EXPECT_EQ(owner(), 0U) << "root stays root";
  settings_.user = "nobody";
  give_to_user(settings_, socket.get());
  EXPECT_EQ(owner(), kNobody);
}

TEST_F(PrivilegesTest, DescriptorsAreRaisedToWhatTheSystemAllows) {
  EXPECT_EQ(in_process([] {
              rlimit limit{};
              ::getrlimit(RLIMIT_NOFILE, &limit);
              limit.rlim_cur = 64;
              ::setrlimit(RLIMIT_NOFILE, &limit);
              return raise_descriptor_limit() == limit.rlim_max ? 0 : 1;
            }),
            0);
}

}  // namespace
}  // namespace chat::process
