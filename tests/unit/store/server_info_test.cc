#include "store/server_info.h"

#include <gtest/gtest.h>

namespace chat::store {
namespace {

std::string info(const std::string& version, const std::string& loading, const std::string& role) {
  return "# Server\r\nredis_version:" + version +
         "\r\nrole_x:y\r\n\r\n# Persistence\r\nloading:" + loading +
         "\r\n# Replication\r\nrole:" + role + "\r\n";
}

TEST(ServerInfoTest, AcceptsAPrimaryOfVersionSevenOrLater) {
  EXPECT_EQ(objection_to(info("7.0.15", "0", "master")), "");
  EXPECT_EQ(objection_to(info("10.2.0", "0", "master")), "");
}

TEST(ServerInfoTest, NamesTheVersionThatIsTooOld) {
  EXPECT_EQ(objection_to(info("6.2.14", "0", "master")),
            "Redis 7.0 or newer is needed, this is 6.2.14");
  EXPECT_EQ(objection_to(""), "Redis 7.0 or newer is needed, this is ");
}

TEST(ServerInfoTest, ObjectsToReplicasAndToServersThatStillLoad) {
  EXPECT_EQ(objection_to(info("7.0.15", "0", "slave")), "this Redis is a replica");
  EXPECT_EQ(objection_to(info("7.0.15", "1", "master")), "Redis is loading its data");
}

TEST(ServerInfoTest, APrimaryIsOneWhileItLoads) {
  EXPECT_TRUE(is_primary(info("7.0.15", "1", "master")));
  EXPECT_FALSE(is_primary(info("7.0.15", "0", "slave")));
  EXPECT_FALSE(is_primary(""));
}

TEST(ServerInfoTest, AdvisesOnWhatAnOperatorCanMend) {
  EXPECT_EQ(advice_on("WRONGPASS invalid username-password pair or user is disabled."),
            " (correct USER:PASSWORD in --redis)");
  EXPECT_NE(advice_on("NOAUTH Authentication required."), "");
  EXPECT_EQ(advice_on("LOADING Redis is loading the dataset in memory"), "");
  EXPECT_EQ(advice_on(""), "");
}

TEST(ServerInfoTest, CountsTheReplicas) {
  EXPECT_EQ(replicas_of("# Replication\r\nrole:master\r\nconnected_slaves:12\r\n"), 12U);
  EXPECT_EQ(replicas_of("role:master\r\nconnected_slaves:0\r\n"), 0U);
  EXPECT_EQ(replicas_of(""), 0U);
}

TEST(ServerInfoTest, FlushedMeansAlwaysAndDuringRewritesToo) {
  const std::string no_rewrite = "no-appendfsync-on-rewrite";
  EXPECT_EQ(fsync_objection({"appendfsync", "always", "appendonly", "yes", no_rewrite, "no"}), "");
  for (const std::vector<std::string>& settings : std::vector<std::vector<std::string>>{
           {"appendfsync", "everysec", "appendonly", "yes", no_rewrite, "no"},
           {"appendfsync", "always", "appendonly", "no", no_rewrite, "no"},
           {"appendfsync", "always", "appendonly", "yes", no_rewrite, "yes"},
           {}})
    EXPECT_NE(fsync_objection(settings).find("appendfsync always"), std::string::npos);
}

}  // namespace
}  // namespace chat::store
