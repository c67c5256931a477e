#include "net/folder.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <stdexcept>

#include "support.h"

namespace chat::net {
namespace {

using namespace std::string_literals;

std::string content(const UniqueFd& file) {
  char buffer[100];
  const ssize_t count = file ? read(file.get(), buffer, sizeof(buffer)) : -1;
  return count < 0 ? "(none)" : std::string(buffer, static_cast<std::size_t>(count));
}

TEST(FolderTest, OpensFilesByName) {
  const test::TempFolder temp;
  temp.write("a.txt", "A");
  temp.write("deep/er/b c.txt", "B");
  const Folder folder(temp.path());
  EXPECT_EQ(content(folder.open_file("a.txt")), "A");
  EXPECT_EQ(content(folder.open_file("deep/er/b c.txt")), "B");
  EXPECT_FALSE(folder.open_file("missing.txt"));
  EXPECT_FALSE(folder.open_file("a.txt/"));
  EXPECT_FALSE(folder.open_file("a.txt/b"));
}

// A folder full of what must not be served, beside a little that may.
class HostileFolderTest : public testing::Test {
 protected:
  HostileFolderTest() {
    outside_.write("secret.txt", "S");
    temp_.write("a.txt", "A");
    temp_.write(".hidden", "H");
    temp_.write(".git/config", "H");
    temp_.write("sub/x.txt", "X");
    namespace fs = std::filesystem;
    fs::create_symlink(outside_.path() + "/secret.txt", temp_.path() + "/link.txt");
    fs::create_symlink("a.txt", temp_.path() + "/inner-link.txt");
    fs::create_symlink(outside_.path(), temp_.path() + "/linked");
    EXPECT_EQ(mkfifo((temp_.path() + "/pipe").c_str(), 0600), 0);
  }

  // The names that were served though they must not be.
  std::string leaks() const {
    const Folder folder(temp_.path());
    const std::string beside = "../" + fs_name(outside_.path()) + "/secret.txt";
    std::string leaked;
    for (const std::string& name :
         {beside, outside_.path() + "/secret.txt", "/a.txt"s, "sub/../a.txt"s, "./a.txt"s,
          "link.txt"s, "inner-link.txt"s, "linked/secret.txt"s, ".hidden"s, ".git/config"s, "sub"s,
          "sub/"s, ""s, "."s, "sub//x.txt"s, "pipe"s, "a.txt\0"s, "a.txt\0b"s, "a.txt/b"s}) {
      if (folder.open_file(name)) leaked += name + "\n";
    }
    return leaked;
  }

  bool serves_the_rest() const {
    const Folder folder(temp_.path());
    return content(folder.open_file("a.txt")) == "A" &&
           content(folder.open_file("sub/x.txt")) == "X";
  }

  static std::string fs_name(const std::string& path) {
    return std::filesystem::path(path).filename();
  }

  test::TempFolder outside_;
  test::TempFolder temp_;
};

TEST_F(HostileFolderTest, NothingOutsideNoLinksNoDotfilesNoFolders) {
  EXPECT_EQ(leaks(), "");
  EXPECT_TRUE(serves_the_rest());
}

// Makes openat2 fail for the rest of this process, as before Linux 5.6.
bool forbid_openat2() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{.len = std::size(program), .filter = program};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

TEST_F(HostileFolderTest, TheSameWithoutOpenat2) {
  const auto check = [&] {
    const bool held = forbid_openat2() && leaks().empty() && serves_the_rest();
    std::_Exit(held ? 0 : 1);
  };
  EXPECT_EXIT(check(), testing::ExitedWithCode(0), "");
}

TEST(FolderTest, AMissingFolderIsOneClearLine) {
  try {
    const Folder folder("/no/such/folder");
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(),
                 "cannot serve files from /no/such/folder: No such file or directory");
  }
}

TEST(PlainNameTest, PartsAreNotEmptyAndDoNotBeginWithADot) {
  for (const char* good : {"a", "a/b", "a.b/c..d"}) EXPECT_TRUE(is_plain_name(good)) << good;
  for (const char* bad : {"", "/", "/a", "a/", "a//b", ".", "..", "a/..", ".a", "a/.b"}) {
    EXPECT_FALSE(is_plain_name(bad)) << bad;
  }
}

}  // namespace
}  // namespace chat::net
