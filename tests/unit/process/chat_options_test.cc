#include "process/chat_options.h"

#include <gtest/gtest.h>

namespace chat::process {
namespace {

class ChatOptionsTest : public testing::Test {
 protected:
  ChatOptionsTest() {
    settings_.data = "/srv/chatd";
    settings_.redis = config::parse_redis_address("unix:///run/redis.sock?db=15");
  }

  // As a worker is told of it.
  void manage_redis() { settings_.redis.path = config::managed_redis_socket(settings_.data); }

  config::Settings settings_;
};

TEST_F(ChatOptionsTest, AManagedRedisIsKnownByItsSocket) {
  EXPECT_FALSE(is_managed(settings_));
  manage_redis();
  EXPECT_TRUE(is_managed(settings_));
  settings_.data = "/srv/other";
  EXPECT_FALSE(is_managed(settings_));
}

TEST_F(ChatOptionsTest, OnlyARedisThatRunsAlreadyIsAskedWhetherItFlushes) {
  EXPECT_FALSE(redis_options(settings_).require_fsync);
  settings_.durable = config::Durability::disk;
  EXPECT_TRUE(redis_options(settings_).require_fsync);
  manage_redis();
  EXPECT_FALSE(redis_options(settings_).require_fsync);
}

TEST_F(ChatOptionsTest, OnlyWhatSendersAreToldWaitsForAReplica) {
  EXPECT_FALSE(redis_options(settings_).confirm_by_replica);
  EXPECT_TRUE(confirmed_options(settings_).confirm_by_replica);
}

TEST_F(ChatOptionsTest, OldSessionsAreInADatabaseOfTheSameRedis) {
  settings_.session_database = 3;
  EXPECT_EQ(old_sessions_options(settings_).address.database, 3);
  EXPECT_EQ(old_sessions_options(settings_).address.path, "/run/redis.sock");
  EXPECT_EQ(redis_options(settings_).address.database, 15);
}

TEST_F(ChatOptionsTest, AnUploadThatIsTooLargeCanStillBeRefused) {
  settings_.max_upload_size = 1000;
  EXPECT_EQ(reader_limits(settings_).max_streamed_binary, 2000U);
}

}  // namespace
}  // namespace chat::process
