#include "store/sentinels.h"

#include <memory>
#include <string>
#include <vector>

#include "store/sentinel_server.h"
#include "store/store_test.h"

namespace chat::store {
namespace {

class SentinelsTest : public StoreTest {
 protected:
  void follow(std::vector<config::RedisHost> sentinels) {
    sentinels_ = std::make_unique<Sentinels>(
        loop_.base(), watched_by(std::move(sentinels)),
        [this](const config::RedisHost& primary) { told_.push_back(primary); },
        [this](const std::string& problem) { problems_.push_back(problem); });
  }
  void wait_for_primaries(std::size_t count) {
    wait_until([&] { return told_.size() >= count; });
  }
  void wait_for_problems(std::size_t count) {
    wait_until([&] { return problems_.size() >= count; });
  }
  // As long as two rounds take at most.
  void go_on() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
    wait_until([&] { return std::chrono::steady_clock::now() > end; });
  }
  static std::string place_of(const config::RedisHost& host) {
    return host.host + ':' + std::to_string(host.port);
  }
  static PortServer replica_of(const PortServer& primary) {
    return PortServer({"--replicaof", "127.0.0.1", std::to_string(primary.port())});
  }

  static config::RedisHost nobody() { return {"127.0.0.1", free_port()}; }

  std::vector<config::RedisHost> told_;
  std::vector<std::string> problems_;
  std::unique_ptr<Sentinels> sentinels_;
};

using Hosts = std::vector<config::RedisHost>;

TEST_F(SentinelsTest, NameThePrimaryOnce) {
  const PortServer primary;
  const SentinelServer one(primary.port(), 0);
  const SentinelServer two(primary.port(), 0);
  follow({one.host(), two.host(), nobody()});
  wait_for_primaries(1);
  go_on();
  EXPECT_EQ(told_, Hosts{primary.host()});
  EXPECT_TRUE(problems_.empty()) << problems_[0];
}

TEST_F(SentinelsTest, TheLatestFailoverCounts) {
  const PortServer old_primary;
  const PortServer new_primary;
  const SentinelServer behind(old_primary.port(), 1);
  const SentinelServer behind_too(old_primary.port(), 1);
  const SentinelServer ahead(new_primary.port(), 2);
  follow({behind.host(), ahead.host(), behind_too.host()});
  wait_for_primaries(1);
  EXPECT_EQ(told_, Hosts{new_primary.host()});
}

TEST_F(SentinelsTest, ANewPrimaryIsToldWhenOneOfThemHasIt) {
  const PortServer old_primary;
  const PortServer new_primary;
  const SentinelServer behind(old_primary.port(), 1);
  SentinelServer ahead(new_primary.port(), 2);
  ahead.freeze();
  follow({behind.host(), ahead.host()});
  wait_for_primaries(1);
  ahead.thaw();
  wait_for_primaries(2);
  EXPECT_EQ(told_, (Hosts{old_primary.host(), new_primary.host()}));
}

TEST_F(SentinelsTest, AReplicaIsNotUsedWhateverTheSentinelsEpoch) {
  const PortServer primary;
  const PortServer replica = replica_of(primary);
  const SentinelServer mistaken(replica.port(), 9);
  const SentinelServer right(primary.port(), 1);
  follow({mistaken.host(), right.host()});
  wait_for_primaries(1);
  EXPECT_EQ(told_, Hosts{primary.host()});
  EXPECT_TRUE(problems_.empty());
}

TEST_F(SentinelsTest, AServerThatIsGoneOrHangsIsPassedOver) {
  PortServer hanging;
  const PortServer primary;
  const SentinelServer one(hanging.port(), 9);
  const SentinelServer two(free_port(), 8);
  const SentinelServer three(primary.port(), 7);
  hanging.freeze();
  follow({one.host(), two.host(), three.host()});
  wait_for_primaries(1);
  EXPECT_EQ(told_, Hosts{primary.host()});
}

TEST_F(SentinelsTest, ALoneSentinelThatNamesAReplicaIsToldUntilThereIsAPrimary) {
  const PortServer primary;
  const PortServer replica = replica_of(primary);
  const SentinelServer stale(replica.port(), 1);
  follow({stale.host(), nobody()});
  wait_for_problems(1);
  EXPECT_NE(problems_[0].find(place_of(replica.host()) + ": this Redis is a replica"),
            std::string::npos)
      << problems_[0];
  EXPECT_TRUE(told_.empty());
  RedisServer::ask(replica.socket(), "REPLICAOF NO ONE");
  wait_for_primaries(1);
  EXPECT_EQ(told_, Hosts{replica.host()});
  EXPECT_EQ(problems_.back(), "");
}

// A cut-off machine with a Sentinel and the primary of before, which both know of no failover.
TEST_F(SentinelsTest, NobodyGoesBackToAPrimaryOfBeforeAFailoverForALoneSentinel) {
  const PortServer old_primary;
  const PortServer new_primary;
  const SentinelServer stale(old_primary.port(), 1);
  auto current = std::make_unique<SentinelServer>(new_primary.port(), 2);
  follow({stale.host(), current->host(), nobody()});
  wait_for_primaries(1);
  current.reset();
  wait_for_problems(1);
  EXPECT_NE(problems_[0].find(place_of(old_primary.host()) + ": it was the primary before"),
            std::string::npos)
      << problems_[0];
  EXPECT_EQ(told_, Hosts{new_primary.host()});
}

TEST_F(SentinelsTest, AMajorityIsBelievedEvenWhenItsEpochsBeganAnew) {
  const PortServer old_primary;
  const PortServer new_primary;
  auto before = std::make_unique<SentinelServer>(old_primary.port(), 5);
  SentinelServer one(new_primary.port(), 0);
  SentinelServer two(new_primary.port(), 0);
  one.freeze();
  two.freeze();
  follow({before->host(), one.host(), two.host()});
  wait_for_primaries(1);
  EXPECT_EQ(told_, Hosts{old_primary.host()});
  before.reset();
  one.thaw();
  two.thaw();
  wait_for_primaries(2);
  EXPECT_EQ(told_.back(), new_primary.host());
}

TEST_F(SentinelsTest, AnOutageOfAllIsToldOnceAndItsEndToo) {
  const PortServer primary;
  SentinelServer only(primary.port(), 0);
  only.freeze();
  follow({only.host()});
  wait_for_problems(1);
  EXPECT_EQ(problems_[0], "no Sentinel names the primary " + kPrimaryName + "; none answers");
  go_on();
  EXPECT_EQ(problems_.size(), 1U);
  only.thaw();
  wait_for_primaries(1);
  EXPECT_EQ(problems_.size(), 2U);
  EXPECT_EQ(problems_.back(), "");
}

TEST_F(SentinelsTest, DestroyingItInTheMiddleOfARoundIsQuiet) {
  PortServer primary;
  const SentinelServer sentinel(primary.port(), 0);
  primary.freeze();
  follow({sentinel.host()});
  for (int i = 0; i < 10; ++i) loop_.run_once(std::chrono::milliseconds(10));
  sentinels_.reset();
  primary.thaw();
  for (int i = 0; i < 10; ++i) loop_.run_once(std::chrono::milliseconds(10));
  EXPECT_TRUE(told_.empty());
  EXPECT_TRUE(problems_.empty());
}

}  // namespace
}  // namespace chat::store
