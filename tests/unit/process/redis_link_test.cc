#include "process/redis_link.h"

#include <gtest/gtest.h>

#include <csignal>

#include "config/settings.h"
#include "process/folder.h"
#include "process/managed_redis.h"

namespace chat::process {
namespace {

using std::chrono::milliseconds;

TEST(RedisLink, AnErrorIsAnAnswerAndALostConnectionIsNone) {
  const Folder folder;
  config::Settings settings;
  settings.data = folder.path();
  const ManagedRedis redis(settings);
  RedisLink link(redis.address(), milliseconds(5000));
  ASSERT_TRUE(link);
  const RedisReplyPtr refusal = link.ask({"PING"});
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->type, REDIS_REPLY_ERROR);
  EXPECT_TRUE(text_of(*refusal).starts_with("NOAUTH"));
  EXPECT_EQ(text_of(*link.ask({"AUTH", redis.address().user, redis.address().password})), "OK");
  EXPECT_EQ(text_of(*link.ask({"PING"})), "PONG");
  const RedisReplyPtr number = link.ask({"EXISTS", std::string("a\0b", 3)});
  EXPECT_EQ(number->integer, 0);
  EXPECT_EQ(text_of(*number), "");
  ::kill(read_pid(folder.file("redis/redis.pid")).value_or(0), SIGKILL);
  EXPECT_FALSE(link.ask({"PING"}));
  EXPECT_FALSE(link.ask({"PING"})) << "nor later";
}

TEST(RedisLink, WithoutARedisThereIsNone) {
  const Folder folder;
  EXPECT_FALSE(RedisLink(config::parse_redis_address("unix://" + folder.file("none?db=1")),
                         milliseconds(100)));
  EXPECT_FALSE(RedisLink(config::parse_redis_address("redis://127.0.0.1:1/15"), milliseconds(100)));
}

}  // namespace
}  // namespace chat::process
