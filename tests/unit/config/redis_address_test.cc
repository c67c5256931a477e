#include "config/redis_address.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace chat::config {
namespace {

using Kind = RedisAddress::Kind;

TEST(RedisAddress, ManagedUsesDatabase15) {
  const RedisAddress address = parse_redis_address("managed");
  EXPECT_EQ(address.kind, Kind::managed);
  EXPECT_EQ(address.database, 15);
}

TEST(RedisAddress, ReadsASocketPathWithItsDatabase) {
  const RedisAddress address = parse_redis_address("unix:///run/redis.sock?db=3");
  EXPECT_EQ(address.kind, Kind::unix_socket);
  EXPECT_EQ(address.path, "/run/redis.sock");
  EXPECT_EQ(address.database, 3);
  EXPECT_EQ(parse_redis_address("unix:///run/redis.sock").database, 15);
}

TEST(RedisAddress, ReadsHostPortAndDatabase) {
  const RedisAddress address = parse_redis_address("redis://redis.internal:6380/7");
  EXPECT_EQ(address.kind, Kind::tcp);
  EXPECT_EQ(address.host, "redis.internal");
  EXPECT_EQ(address.port, 6380);
  EXPECT_EQ(address.database, 7);
}

TEST(RedisAddress, FillsInPortAndDatabase) {
  const RedisAddress address = parse_redis_address("redis://localhost");
  EXPECT_EQ(address.port, 6379);
  EXPECT_EQ(address.database, 15);
}

TEST(RedisAddress, ReadsIpv6InBrackets) {
  const RedisAddress address = parse_redis_address("redis://[::1]:6380/15");
  EXPECT_EQ(address.host, "::1");
  EXPECT_EQ(address.port, 6380);
  EXPECT_EQ(to_string(address), "redis://[::1]:6380/15");
}

TEST(RedisAddress, ReadsCredentialsAndNeverShowsThePassword) {
  const RedisAddress address = parse_redis_address("redis://chat:p@ss:w@localhost:6379/15");
  EXPECT_EQ(address.user, "chat");
  EXPECT_EQ(address.password, "p@ss:w");
  EXPECT_EQ(to_string(address), "redis://chat:***@localhost:6379/15");
}

TEST(RedisAddress, ReadsSentinelsAndTheNameOfTheirPrimary) {
  const RedisAddress address = parse_redis_address(
      "sentinel://chat:p@ss@10.0.0.1,host:7,[::1]:8/mymaster?db=3&sentinel_password=s?p=q");
  EXPECT_EQ(address.kind, RedisAddress::Kind::sentinel);
  ASSERT_EQ(address.sentinels.size(), 3U);
  EXPECT_EQ(address.sentinels[0].host, "10.0.0.1");
  EXPECT_EQ(address.sentinels[0].port, 26379);
  EXPECT_EQ(address.sentinels[1].port, 7);
  EXPECT_EQ(address.sentinels[2].host, "::1");
  EXPECT_EQ(address.primary_name, "mymaster");
  EXPECT_EQ(address.database, 3);
  EXPECT_EQ(address.password, "p@ss");
  EXPECT_EQ(address.sentinel_password, "s?p=q");
  EXPECT_EQ(
      to_string(address),
      "sentinel://chat:***@10.0.0.1:26379,host:7,[::1]:8/mymaster?db=3&sentinel_password=***");
  EXPECT_EQ(to_string(address.at({"10.0.0.9", 6380})), "redis://chat:***@10.0.0.9:6380/3");
}

TEST(RedisAddress, TextFormIsReadBackTheSame) {
  for (const char* text : {"managed", "unix:///run/redis.sock?db=15", "redis://127.0.0.1:6379/0",
                           "sentinel://127.0.0.1:26379,[::1]:26380/mymaster?db=15"})
    EXPECT_EQ(to_string(parse_redis_address(text)), text);
}

TEST(RedisAddress, RefusesWhatItDoesNotUnderstand) {
  for (const char* text : {"",
                           "none",
                           "http://localhost",
                           "unix://",
                           "unix:///",
                           "unix://relative.sock",
                           "unix:///a?db=",
                           "unix:///a?db=x",
                           "unix:///a?timeout=1",
                           "redis://",
                           "redis://:6379",
                           "redis://host:0",
                           "redis://host:65536",
                           "redis://host:",
                           "redis://host:1x",
                           "redis://host/1024",
                           "redis://host/-1",
                           "redis://[::1",
                           "redis://secret@host",
                           "sentinel://",
                           "sentinel://host",
                           "sentinel://host/",
                           "sentinel:///name",
                           "sentinel://host:x/name",
                           "sentinel://a,,b/name",
                           "sentinel://a/b/c",
                           "sentinel://a/b?db=x",
                           "sentinel://a/b?other=1",
                           "sentinel://secret@a/b"})
    EXPECT_THROW(parse_redis_address(text), std::invalid_argument) << text;
}

TEST(RedisAddress, RefusesSocketPathsThatDoNotFitTheirStructure) {
  EXPECT_NO_THROW(parse_redis_address("unix:///" + std::string(106, 'a')));
  EXPECT_THROW(parse_redis_address("unix:///" + std::string(107, 'a')), std::invalid_argument);
}

}  // namespace
}  // namespace chat::config
