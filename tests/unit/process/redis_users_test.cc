#include "process/redis_users.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "process/folder.h"
#include "process/start_error.h"

namespace chat::process {
namespace {

class RedisUsersTest : public testing::Test {
 protected:
  mode_t mode_of(const std::string& name) const {
    struct stat info {};
    EXPECT_EQ(::stat(folder_.file(name).c_str(), &info), 0) << name;
    return info.st_mode & 0777;
  }

  Folder folder_;
};

TEST_F(RedisUsersTest, KeepsPasswordsFromOthersAndOutOfTheUsersFile) {
  const std::string password = prepare_redis_users(folder_.path());
  EXPECT_GE(password.size(), 32U);
  for (const char* name : {"chatd.password", "admin.password", "users.acl"})
    EXPECT_EQ(mode_of(name), 0600U) << name;
  EXPECT_EQ(folder_.read("chatd.password"), password + '\n');
  EXPECT_NE(folder_.read("admin.password"), password + '\n');
  const std::string users = folder_.read("users.acl");
  EXPECT_EQ(users.find(password), std::string::npos);
  EXPECT_NE(users.find("user default off"), std::string::npos);
}

TEST_F(RedisUsersTest, PasswordsStayAndRightsAreWrittenAnew) {
  const std::string password = prepare_redis_users(folder_.path());
  const std::string users = folder_.read("users.acl");
  folder_.write("users.acl", "user default on nopass ~* +@all\n");
  EXPECT_EQ(prepare_redis_users(folder_.path()), password);
  EXPECT_EQ(folder_.read("users.acl"), users);
}

TEST_F(RedisUsersTest, AnEmptyPasswordIsReplaced) {
  folder_.write("admin.password", "\n");
  prepare_redis_users(folder_.path());
  EXPECT_GE(folder_.read("admin.password").size(), 32U);
}

TEST_F(RedisUsersTest, TellsWhereItCannotWrite) {
  try {
    prepare_redis_users(folder_.file("missing"));
    FAIL() << "was written";
  } catch (const StartError& error) {
    EXPECT_NE(std::string(error.what()).find("missing/chatd.password"), std::string::npos);
  }
}

}  // namespace
}  // namespace chat::process
