#include "process/redis_probe.h"

#include <gtest/gtest.h>

#include "config/settings.h"
#include "process/folder.h"
#include "process/managed_redis.h"
#include "process/start_error.h"

namespace chat::process {
namespace {

using std::chrono::milliseconds;

class RedisProbeTest : public testing::Test {
 protected:
  static config::Settings settings_in(const Folder& folder) {
    config::Settings settings;
    settings.data = folder.path();
    return settings;
  }

  // The line that explains why `address` cannot be used.
  static std::string complaint_about(const config::RedisAddress& address) {
    try {
      require_redis(address, milliseconds(200));
    } catch (const StartError& error) {
      EXPECT_EQ(error.code(), ExitCode::redis);
      return error.what();
    }
    return "none";
  }

  Folder folder_;
};

TEST_F(RedisProbeTest, AcceptsARedisThatAnswers) {
  const ManagedRedis redis(settings_in(folder_));
  EXPECT_EQ(probe_redis(redis.address(), milliseconds(1000)), RedisState::ready);
  EXPECT_EQ(complaint_about(redis.address()), "none");
}

TEST_F(RedisProbeTest, TellsWhatARedisRefuses) {
  const ManagedRedis redis(settings_in(folder_));
  config::RedisAddress address = redis.address();
  address.database = 99;
  EXPECT_NE(complaint_about(address).find("refuses SELECT"), std::string::npos);
  address = redis.address();
  address.user = "nobody";
  address.password = "secret";
  EXPECT_NE(complaint_about(address).find("refuses AUTH"), std::string::npos);
  EXPECT_EQ(complaint_about(address).find("secret"), std::string::npos);
}

TEST_F(RedisProbeTest, TellsThatNobodyAnswers) {
  const auto socket = config::parse_redis_address("unix://" + folder_.file("none.sock"));
  EXPECT_NE(complaint_about(socket).find(
                "does not answer (No such file or directory): start it, or change --redis"),
            std::string::npos);
  const auto port = config::parse_redis_address("redis://127.0.0.1:1/15");
  EXPECT_EQ(probe_redis(port, milliseconds(200)), RedisState::unreachable);
}

}  // namespace
}  // namespace chat::process
