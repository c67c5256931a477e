#include "store/presence.h"

#include "store/calls.h"
#include "store/store_test.h"

namespace chat::store {
namespace {

using std::chrono::milliseconds;
using Texts = std::vector<std::string>;

class PresenceTest : public StoreTest {
 protected:
  static constexpr PresenceLimits kLimits{.max_devices = 3, .threshold = 4};

  void SetUp() override {
    StoreTest::SetUp();
    await(one_.heartbeat(kLease));
    await(two_.heartbeat(kLease));
  }

  CameOnline connect(Presence& worker, const std::string& user, std::uint64_t connection,
                     Wire wire = Wire::v1) {
    return await(worker.connect(user, connection, wire, user + " came", "kick"));
  }
  WentOffline disconnect(Presence& worker, const std::string& user, std::uint64_t connection) {
    return await(worker.disconnect(user, connection, user + " went"));
  }
  bool online(const std::string& user) { return await(one_.is_online(user)); }
  std::size_t total() { return await(one_.total()); }

  // As if that worker had died a while ago.
  void end_lease(const std::string& worker) { command("ZADD", "presence:workers", 1, worker); }

  static constexpr milliseconds kLease{20'000};
  Presence one_{redis_, "w1", kBusLength, kLimits};
  Presence two_{redis_, "w2", kBusLength, kLimits};
};

TEST_F(PresenceTest, AUserIsOnlineFromTheFirstConnectionToTheLast) {
  const CameOnline first = connect(one_, "ann", 1);
  EXPECT_TRUE(first.came_online);
  EXPECT_TRUE(first.posted);
  EXPECT_EQ(first.total, 1U);
  EXPECT_FALSE(connect(two_, "ann", 1).came_online);
  EXPECT_TRUE(online("ann"));
  EXPECT_EQ(command("SMEMBERS", "user").texts(), Texts{"ann"});

  EXPECT_FALSE(disconnect(one_, "ann", 1).went_offline);
  EXPECT_TRUE(online("ann"));
  const WentOffline last = disconnect(two_, "ann", 1);
  EXPECT_TRUE(last.went_offline);
  EXPECT_EQ(last.total, 0U);
  EXPECT_FALSE(online("ann"));
  EXPECT_EQ(command("EXISTS", "user").integer, 0);
  EXPECT_FALSE(disconnect(two_, "ann", 1).went_offline) << "gone already";
  EXPECT_EQ(bus("bus:all"), (Texts{"to=all b=ann came", "to=all b=ann went"}));
}

TEST_F(PresenceTest, ALegacyLoginReplacesTheOtherLegacyOneOnly) {
  connect(one_, "ann", 1, Wire::v1);
  connect(one_, "ann", 2, Wire::legacy);
  const CameOnline third = connect(two_, "ann", 3, Wire::legacy);
  EXPECT_EQ(third.superseded, Texts{"w1/2"});
  EXPECT_FALSE(third.came_online);
  EXPECT_TRUE(third.posted) << "the original announces every login";
  EXPECT_EQ(bus("bus:worker:w1"), Texts{"to=c:w1/2 b=kick"});
  EXPECT_EQ(command("HKEYS", "presence:user:ann").texts(), (Texts{"w1/1", "w2/3"}));
  EXPECT_FALSE(disconnect(one_, "ann", 2).went_offline);
  EXPECT_EQ(command("SMEMBERS", "presence:worker:w1").texts(), Texts{"ann/1"});
}

TEST_F(PresenceTest, TheOldestOfTooManyDevicesGoes) {
  for (std::uint64_t connection : {1, 2, 3})
    EXPECT_TRUE(connect(one_, "ann", connection).superseded.empty());
  command("HSET", "presence:user:ann", "w1/2", "v1 5");
  EXPECT_EQ(connect(two_, "ann", 4).superseded, Texts{"w1/2"});
  EXPECT_EQ(command("HLEN", "presence:user:ann").integer, 3);
}

TEST_F(PresenceTest, ConnectingAgainChangesNothing) {
  connect(one_, "ann", 1, Wire::legacy);
  const CameOnline again = connect(one_, "ann", 1, Wire::legacy);
  EXPECT_FALSE(again.came_online);
  EXPECT_TRUE(again.superseded.empty());
  EXPECT_EQ(again.total, 1U);
}

TEST_F(PresenceTest, AboveTheThresholdNobodyIsAnnounced) {
  for (const char* user : {"a", "b", "c", "d"}) EXPECT_TRUE(connect(one_, user, 1).posted);
  const CameOnline fifth = connect(one_, "e", 1);
  EXPECT_TRUE(fifth.came_online);
  EXPECT_FALSE(fifth.posted);
  EXPECT_EQ(fifth.total, 5U);
  EXPECT_EQ(bus("bus:all").size(), 4U);
  disconnect(one_, "e", 1);
  EXPECT_EQ(bus("bus:all").size(), 5U) << "down to the threshold again";
}

TEST_F(PresenceTest, PagesOfProfilesByLoginTime) {
  for (const char* user : {"a", "b", "c"}) {
    add_user(user, std::string("name of ") + user);
    connect(one_, user, 1);
  }
  command("ZADD", "presence:online", 1, "a", 2, "b", 3, "c");
  const std::vector<Profile> page = await(one_.page(1, 5));
  ASSERT_EQ(page.size(), 2U);
  EXPECT_EQ(page[0].name, "name of b");
  EXPECT_TRUE(page[0].online);
  EXPECT_EQ(await(one_.page(0, 1)).size(), 1U);
  EXPECT_TRUE(await(one_.page(3, 5)).empty());
  EXPECT_TRUE(await(one_.page(0, 0)).empty());
}

TEST_F(PresenceTest, AWorkerWithoutALeaseTakesNobody) {
  Presence stranger(redis_, "w3", kBusLength, kLimits);
  EXPECT_EQ(refusal_of(stranger.connect("ann", 1, Wire::v1, "", "")), Refusal::busy);
  EXPECT_FALSE(await(stranger.heartbeat(kLease))) << "new";
  EXPECT_TRUE(await(stranger.heartbeat(kLease)));
  EXPECT_TRUE(connect(stranger, "ann", 1).came_online);
}

TEST_F(PresenceTest, ADeadWorkersUsersGoOffline) {
  connect(one_, "ann", 1);
  connect(one_, "ben", 2);
  connect(two_, "ben", 3);
  command("XADD", "bus:worker:w1", "0-*", "to", "x");
  EXPECT_TRUE(await(two_.sweep_expired()).empty()) << "its lease is not over";
  end_lease("w1");
  EXPECT_EQ(await(two_.live_workers()), 1U);
  EXPECT_EQ(await(two_.sweep_expired()), Texts{"ann"});
  EXPECT_FALSE(online("ann"));
  EXPECT_TRUE(online("ben"));
  EXPECT_EQ(command("EXISTS", "presence:worker:w1", "bus:worker:w1").integer, 0);
  EXPECT_TRUE(await(two_.sweep_expired()).empty());
}

TEST_F(PresenceTest, ASweptWorkerLearnsOfIt) {
  connect(one_, "ann", 1);
  EXPECT_EQ(await(two_.sweep("w1")), Texts{"ann"});
  EXPECT_EQ(refusal_of(one_.connect("ann", 1, Wire::v1, "", "")), Refusal::busy);
  EXPECT_FALSE(await(one_.heartbeat(kLease)));
  EXPECT_TRUE(connect(one_, "ann", 1).came_online);
  EXPECT_TRUE(await(one_.heartbeat(kLease)));
}

TEST_F(PresenceTest, AnInterruptedSweepIsFinished) {
  connect(one_, "ann", 1);
  end_lease("w1");
  command("ZADD", "presence:workers", 0, "w1");  // its sweeper died right after it began
  EXPECT_FALSE(await(one_.heartbeat(kLease))) << "the worker itself finishes it";
  EXPECT_FALSE(online("ann"));
  EXPECT_TRUE(connect(one_, "ann", 1).came_online);
}

TEST_F(PresenceTest, ManyUsersAreSweptByTwoAtOnceExactlyOnce) {
  std::vector<coro::Task<CameOnline>> logins;
  for (std::uint64_t i = 0; i < 1800; ++i)
    logins.push_back(one_.connect("u" + std::to_string(i), i, Wire::v1, "came", "kick"));
  EXPECT_EQ(await_all(std::move(logins)).back().total, 1800U);
  end_lease("w1");
  std::vector<coro::Task<Texts>> sweeps;
  sweeps.push_back(two_.sweep_expired());
  sweeps.push_back(two_.sweep("w1"));
  const std::vector<Texts> gone = await_all(std::move(sweeps));
  EXPECT_EQ(gone[0].size() + gone[1].size(), 1800U);
  EXPECT_EQ(total(), 0U);
}

TEST_F(PresenceTest, ALoginDoesNotTouchTheOthers) {
  const auto calls_of_login = [this](std::uint64_t connection) {
    command("CONFIG", "RESETSTAT");
    connect(one_, "ann", connection);
    std::size_t calls = 0;
    const std::string stats = command("INFO", "commandstats").text;
    for (std::size_t at = 0; (at = stats.find("calls=", at)) != std::string::npos; ++at)
      calls += std::stoul(stats.substr(at + 6));
    disconnect(one_, "ann", connection);
    return calls;
  };
  calls_of_login(1);
  for (const char* user : {"a", "b", "c", "d", "e", "f"}) connect(one_, user, 1);
  const std::size_t few = calls_of_login(2);
  for (std::uint64_t i = 0; i < 300; ++i) connect(two_, "u" + std::to_string(i), i);
  EXPECT_EQ(calls_of_login(3), few);
}

TEST_F(PresenceTest, ResetForgetsWhoWasThereAndNothingElse) {
  load_legacy_data();
  const std::int64_t kept = command("DBSIZE").integer - 1;  // without presence:workers
  connect(one_, "ann", 1);
  command("HSET", "user_service", "ann", 5);
  add_user("ben", "ben");
  command("ZADD", "rtc_room:ben", 1, "ben");
  command("XADD", "bus:worker:w1", "0-*", "to", "x");
  command("DEL", "bus:all", "user_id:ben", "username:ben");
  await(one_.reset());
  EXPECT_EQ(command("DBSIZE").integer, kept);
  EXPECT_EQ(total(), 0U);
  EXPECT_EQ(await(one_.live_workers()), 0U);
}

TEST_F(PresenceTest, AnEndedSessionOrAccountLetsNobodyIn) {
  const auto connect_by = [this](const std::string& session) {
    return refusal_of(one_.connect("ann", 1, Wire::v1, "came", "kick", session));
  };
  add_user("ann", "ann");
  EXPECT_EQ(connect_by("s"), Refusal::login_required);
  command("HSET", "session:s", "user_id", "ann");
  EXPECT_EQ(connect_by("s"), std::nullopt);
  command("HSET", "user_id:ann", "is_active", 0);
  EXPECT_EQ(connect_by("s"), Refusal::disabled);
}

}  // namespace
}  // namespace chat::store
