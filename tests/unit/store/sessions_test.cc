#include "store/sessions.h"

#include "store/digest.h"
#include "store/store_test.h"

namespace chat::store {
namespace {

class SessionsTest : public StoreTest {
 protected:
  static Redis::Options old_options() {
    Redis::Options options = server_->options();
    options.address.database = 0;
    return options;
  }
  void SetUp() override {
    StoreTest::SetUp();
    await(old_.ready());
  }
  // The token of a new session.
  std::string create(const std::string& user) {
    if (command("EXISTS", "user_id:" + user).integer == 0) add_user(user, user);
    command("HSET", "user_id:" + user, "password", "$hash");
    std::string token = "token" + std::to_string(++tokens_);
    await(sessions_.create(token, user, "$hash", kVisitor));
    return token;
  }
  std::string user_of(const std::string& token) {
    const auto session = await(sessions_.find(token, kVisitor));
    return session ? session->user_id : "nobody";
  }
  bool end(const std::string& user, const std::string& token) {
    return await(sessions_.end(user, Sessions::id_of(token)));
  }
  void put_old(const std::string& token, const std::string& data) {
    await(old_.command("SET", "PHPREDIS_SESSION:" + token, data));
  }

  static inline const Visitor kVisitor{*net::IpAddress::parse("192.0.2.1"), "browser"};
  Redis old_{loop_.base(), old_options()};
  Sessions sessions_{redis_, &old_, kBusLength, SessionLimits{}, "over"};
  int tokens_ = 0;
};

TEST_F(SessionsTest, ATokenLeadsToItsUser) {
  const std::string token = create("ann");
  EXPECT_EQ(user_of(token), "ann");
  EXPECT_NE(create("ann"), token);
  EXPECT_EQ(user_of("unknown"), "nobody");
}

TEST_F(SessionsTest, RedisDoesNotHoldTheToken) {
  const std::string token = create("ann");
  for (const std::string& key : command("KEYS", "*").texts())
    EXPECT_EQ(key.find(token), std::string::npos);
  EXPECT_EQ(command("HGET", "session:" + sha256_hex(token), "user_id").text, "ann");
}

TEST_F(SessionsTest, StrangeTokensAreNotLookedUp) {
  for (const std::string& token : {std::string(), std::string("a*"), std::string("a\0b", 3),
                                   std::string("a b"), std::string(1000, 'a')})
    EXPECT_EQ(user_of(token), "nobody");
}

TEST_F(SessionsTest, UseProlongsASession) {
  const std::string token = create("ann");
  const std::string key = "session:" + sha256_hex(token);
  EXPECT_EQ(command("TTL", key).integer, 86400);
  command("EXPIRE", key, 100);
  EXPECT_EQ(user_of(token), "ann");
  EXPECT_EQ(command("TTL", key).integer, 86400);
}

TEST_F(SessionsTest, ALifetimeIsNotProlonged) {
  const std::string token = create("ann");
  const std::string key = "session:" + sha256_hex(token);
  const std::int64_t created = command("HGET", key, "created").number();
  command("HSET", key, "created", created - 2'592'000 + 50);
  command("EXPIRE", key, 40);
  EXPECT_EQ(user_of(token), "ann");
  EXPECT_LE(command("TTL", key).integer, 50);
  command("HSET", key, "created", created - 2'592'000);
  EXPECT_EQ(user_of(token), "nobody");
  EXPECT_EQ(command("EXISTS", key).integer, 0);
}

TEST_F(SessionsTest, TellsHowMuchOfItsLifetimeIsLeft) {
  const std::string token = create("ann");
  EXPECT_EQ(await(sessions_.find(token, kVisitor))->left.count(), 2'592'000);
  const std::string key = "session:" + sha256_hex(token);
  command("HSET", key, "created", command("HGET", key, "created").number() - 1000);
  EXPECT_NEAR(static_cast<double>(await(sessions_.find(token, kVisitor))->left.count()), 2'591'000,
              2);
}

TEST_F(SessionsTest, ThePasswordThatLetInMustStillBeTheOne) {
  create("ann");
  const auto refusal_with = [this](const std::string& hash) {
    return refusal_of(sessions_.create("new", "ann", hash, kVisitor));
  };
  EXPECT_EQ(refusal_with("$older"), Refusal::wrong_password);
  command("HSET", "user_id:ann", "is_active", 0);
  EXPECT_EQ(refusal_with("$hash"), Refusal::disabled);
  EXPECT_EQ(user_of("new"), "nobody");
}

TEST_F(SessionsTest, EndsOneAndTellsItsConnections) {
  const std::string first = create("ann");
  const std::string second = create("ann");
  command("HSET", "presence:user:ann", "w1/7", "v1 1");
  EXPECT_FALSE(end("ben", first)) << "somebody else's";
  EXPECT_TRUE(end("ann", first));
  EXPECT_FALSE(end("ann", first));
  EXPECT_EQ(user_of(first), "nobody");
  EXPECT_EQ(user_of(second), "ann");
  EXPECT_FALSE(await(sessions_.is_live(Sessions::id_of(first))));
  EXPECT_TRUE(await(sessions_.is_live(Sessions::id_of(second))));
  EXPECT_EQ(bus("bus:worker:w1"),
            std::vector<std::string>{"to=u:ann b=over x=" + Sessions::id_of(first)});
}

TEST_F(SessionsTest, AllOfAUserEndWithThoseOfTheOriginal) {
  const std::string first = create("ann");
  const std::string second = create("ann");
  const std::string others = create("ben");
  EXPECT_EQ(await(sessions_.end_all("ann")), 2u);
  EXPECT_EQ(await(sessions_.end_all("ann")), 0u);
  EXPECT_EQ(command("HGET", "user_id:ann", "password").text, "$hash");
  EXPECT_EQ(user_of(first), "nobody");
  EXPECT_EQ(user_of(second), "nobody");
  EXPECT_EQ(user_of(others), "ben");
  EXPECT_EQ(command("EXISTS", "sessions_ended:user_id:ann").integer, 1);
}

TEST_F(SessionsTest, ANewPasswordEndsAllButOne) {
  const std::string first = create("ann");
  const std::string second = create("ann");
  const std::string spared = create("ann");
  const std::string others = create("ben");
  const std::string id = Sessions::id_of(spared);
  EXPECT_EQ(refusal_of(sessions_.change_password("ann", "$other", "$new", id)),
            Refusal::wrong_password);
  EXPECT_EQ(await(sessions_.change_password("ann", "$hash", "$new", id)), 2u);
  EXPECT_EQ(command("HGET", "user_id:ann", "password").text, "$new");
  EXPECT_EQ(user_of(first), "nobody");
  EXPECT_EQ(user_of(second), "nobody");
  EXPECT_EQ(user_of(spared), "ann");
  EXPECT_EQ(user_of(others), "ben");
}

TEST_F(SessionsTest, ListsThoseOfAUserWithTheirLastUse) {
  const std::string first = create("ann");
  const std::string second = create("ann");
  create("ben");
  command("HSET", "session:" + Sessions::id_of(first), "created", 10, "used", 20);
  await(sessions_.find(second, {*net::IpAddress::parse("2001:db8::1"), ""}));
  const std::vector<SessionRecord> list = await(sessions_.list("ann"));
  ASSERT_EQ(list.size(), 2u);
  const SessionRecord& old = list[list[0].id == Sessions::id_of(first) ? 0 : 1];
  EXPECT_EQ(old.created, 10);
  EXPECT_EQ(old.used, 20);
  EXPECT_EQ(old.address, "192.0.2.1");
  const SessionRecord& recent = list[list[0].id == Sessions::id_of(first) ? 1 : 0];
  EXPECT_EQ(recent.address, "2001:db8::1");
  EXPECT_EQ(recent.agent, "browser") << "kept where the last use tells none";
}

TEST_F(SessionsTest, AListLeavesOutWhatHasExpired) {
  command("DEL", "session:" + Sessions::id_of(create("ann")));
  EXPECT_TRUE(await(sessions_.list("ann")).empty());
  EXPECT_EQ(command("EXISTS", "user_sessions:user_id:ann").integer, 0);
}

TEST_F(SessionsTest, TheOldestGivesWayAboveAHundred) {
  const std::string oldest = create("ann");
  command("ZADD", "user_sessions:user_id:ann",
          1 + command("ZSCORE", "user_sessions:user_id:ann", Sessions::id_of(oldest)).number() - 60,
          Sessions::id_of(oldest));
  for (int i = 0; i < 99; ++i) create("ann");
  EXPECT_EQ(user_of(oldest), "ann");
  const std::string newest = create("ann");
  EXPECT_EQ(user_of(oldest), "nobody");
  EXPECT_EQ(user_of(newest), "ann");
  EXPECT_EQ(await(sessions_.list("ann")).size(), 100u);
}

TEST_F(SessionsTest, ThoseThatRanOutDoNotCount) {
  for (int i = 0; i < 99; ++i) command("DEL", "session:" + Sessions::id_of(create("ann")));
  const std::string only = create("ann");
  create("ann");
  create("ann");
  EXPECT_EQ(user_of(only), "ann");
  EXPECT_EQ(await(sessions_.list("ann")).size(), 3u);
}

TEST_F(SessionsTest, WhoComesWhileASessionIsTakenOverHasItToo) {
  create("ann");
  put_old("b", R"(user_id|s:3:"ann";)");
  EXPECT_EQ(user_of("b"), "ann");
  put_old("b", R"(user_id|s:3:"ann";)");  // as for one that saw it before it was taken away
  EXPECT_EQ(user_of("b"), "ann");
  EXPECT_TRUE(end("ann", "b"));
  EXPECT_EQ(user_of("b"), "nobody") << "its end counts, though the old one is there";
}

TEST_F(SessionsTest, APasswordIsResetWhateverItWas) {
  const std::string token = create("ann");
  await(sessions_.change_password("ann", "", "$new", ""));
  EXPECT_EQ(command("HGET", "user_id:ann", "password").text, "$new");
  EXPECT_EQ(user_of(token), "nobody");
}

TEST_F(SessionsTest, TakesOverSessionsOfTheOriginal) {
  load_legacy_data();
  const std::string token = "h318i5ltk9aq1opr2avejk88tm";
  EXPECT_EQ(user_of(token), "6b00e6162e0e8");
  EXPECT_EQ(await(old_.command("EXISTS", "PHPREDIS_SESSION:" + token)).integer, 0);
  EXPECT_EQ(user_of(token), "6b00e6162e0e8") << "now a session of this server";
  EXPECT_TRUE(end("6b00e6162e0e8", token));
  EXPECT_EQ(user_of(token), "nobody");
}

TEST_F(SessionsTest, ReadsPhpSessionsWithOtherVariables) {
  create("ann");
  put_old("a", R"(lang|s:2:"zh";user_id|s:3:"ann";n|i:5;)");
  EXPECT_EQ(user_of("a"), "ann");
  put_old("b", R"(old_user_id|s:3:"eve";)");
  EXPECT_EQ(user_of("b"), "nobody");
  for (const char* broken : {"", "user_id|s:3:", "user_id|s:3:\"ann", "user_id|i:5;"}) {
    put_old("c", broken);
    EXPECT_EQ(user_of("c"), "nobody") << broken;
  }
}

TEST_F(SessionsTest, SessionsOfTheOriginalEndWithTheOthers) {
  create("ann");
  put_old("b", R"(user_id|s:3:"ann";)");
  await(sessions_.change_password("ann", "$hash", "$new", ""));
  EXPECT_EQ(user_of("b"), "nobody");
}

TEST_F(SessionsTest, ThoseInUseLastLongerWithinTheirLifetime) {
  const std::string young = "session:" + Sessions::id_of(create("ann"));
  const std::string old = "session:" + Sessions::id_of(create("ben"));
  command("EXPIRE", young, 10);
  command("EXPIRE", old, 10);
  const SessionLimits limits;
  const auto now = std::stol(command("HGET", young, "created").text);
  command("HSET", old, "created", now - limits.lifetime.count() + 100);
  const std::string gone = Sessions::id_of("gone");
  EXPECT_EQ(await(sessions_.keep({young.substr(8), old.substr(8), gone})),
            std::vector<std::string>{gone});
  EXPECT_GT(command("TTL", young).integer, limits.idle.count() - 10);
  EXPECT_LE(command("TTL", old).integer, 100);
  EXPECT_EQ(command("EXISTS", "session:" + gone).integer, 0);
}

TEST_F(SessionsTest, ThoseInUseEndWhenTheLifetimeIsMadeShorter) {
  const std::string id = Sessions::id_of(create("ann"));
  const auto created = command("HGET", "session:" + id, "created").number();
  command("HSET", "session:" + id, "created", created - 100);
  EXPECT_TRUE(await(sessions_.keep({id})).empty());
  sessions_.set_limits({std::chrono::seconds(50), std::chrono::seconds(90)});
  EXPECT_EQ(await(sessions_.keep({id})), std::vector<std::string>{id});
  EXPECT_FALSE(await(sessions_.is_live(id)));
}

}  // namespace
}  // namespace chat::store
