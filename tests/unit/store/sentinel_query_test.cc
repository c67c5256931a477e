#include "store/sentinel_query.h"

#include <memory>

#include "store/sentinel_server.h"
#include "store/store_test.h"

namespace chat::store {
namespace {

class SentinelQueryTest : public StoreTest {
 protected:
  static constexpr std::uint16_t kPrimary = 6;  // nobody has to be there

  SentinelQuery::OnAnswer note() {
    return [this](const SentinelQuery::Answer& answer) {
      ++answers_;
      answer_ = answer;
    };
  }

  // Why there is no answer, or empty; `answer_` has it.
  std::string ask(const config::RedisHost& sentinel, const config::RedisAddress& address) {
    answers_ = 0;
    const SentinelQuery query(loop_.base(), sentinel, address, note());
    wait_until([this] { return answers_ > 0; });
    EXPECT_EQ(answers_, 1);
    return answer_.problem;
  }

  int answers_ = 0;
  SentinelQuery::Answer answer_;
};

TEST_F(SentinelQueryTest, TellsThePrimaryAndTheEpochOfItsFailover) {
  const SentinelServer sentinel(kPrimary, 41);
  for (const char* host : {"127.0.0.1", "localhost"}) {
    EXPECT_EQ(ask({host, sentinel.host().port}, watched_by({})), "");
    EXPECT_EQ(answer_.primary, (config::RedisHost{"127.0.0.1", kPrimary}));
    EXPECT_EQ(answer_.epoch, 41U);
  }
}

TEST_F(SentinelQueryTest, TellsThatTheNameIsUnknown) {
  const SentinelServer sentinel(kPrimary, 1);
  config::RedisAddress address = watched_by({});
  address.primary_name = "another";
  EXPECT_EQ(ask(sentinel.host(), address), "it knows no primary of that name");
}

TEST_F(SentinelQueryTest, TellsThatNobodyIsThere) {
  EXPECT_EQ(ask({"127.0.0.1", free_port()}, watched_by({})), "Connection refused");
  EXPECT_NE(ask({"no-such-host.invalid", 1}, watched_by({})), "");
}

TEST_F(SentinelQueryTest, TellsThatARedisIsNoSentinel) {
  const PortServer redis;
  EXPECT_NE(ask(redis.host(), watched_by({})).find("unknown command"), std::string::npos)
      << answer_.problem;
}

TEST_F(SentinelQueryTest, DestroyingItGivesTheQuestionUp) {
  SentinelServer sentinel(kPrimary, 1);
  sentinel.freeze();
  auto query =
      std::make_unique<SentinelQuery>(loop_.base(), sentinel.host(), watched_by({}), note());
  for (int i = 0; i < 5; ++i) loop_.run_once(std::chrono::milliseconds(10));
  query.reset();
  sentinel.thaw();
  for (int i = 0; i < 5; ++i) loop_.run_once(std::chrono::milliseconds(10));
  EXPECT_EQ(answers_, 0);
}

TEST_F(SentinelQueryTest, ASentinelThatEndsMeanwhileIsToldOnce) {
  SentinelServer sentinel(kPrimary, 1);
  sentinel.freeze();
  const SentinelQuery query(loop_.base(), sentinel.host(), watched_by({}), note());
  for (int i = 0; i < 5; ++i) loop_.run_once(std::chrono::milliseconds(10));
  sentinel.stop(SIGKILL);
  wait_until([this] { return answers_ > 0; });
  EXPECT_NE(answer_.problem, "");
  for (int i = 0; i < 5; ++i) loop_.run_once(std::chrono::milliseconds(10));
  EXPECT_EQ(answers_, 1);
}

TEST_F(SentinelQueryTest, NeedsThePasswordOfASentinelThatHasOne) {
  const SentinelServer sentinel(kPrimary, 3, "0ther");
  EXPECT_NE(ask(sentinel.host(), watched_by({})).find("NOAUTH"), std::string::npos);
  config::RedisAddress address = watched_by({});
  address.sentinel_password = "wrong";
  EXPECT_NE(ask(sentinel.host(), address).find("AUTH: WRONGPASS"), std::string::npos);
  address.sentinel_password = "0ther";
  EXPECT_EQ(ask(sentinel.host(), address), "");
  EXPECT_EQ(answer_.epoch, 3U);
}

}  // namespace
}  // namespace chat::store
