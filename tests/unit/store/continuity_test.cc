#include "store/continuity.h"

#include <cstdlib>
#include <filesystem>

#include "store/store_test.h"

namespace chat::store {
namespace {

using std::chrono::seconds;

class ContinuityTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    char folder[] = "/tmp/chatd-continuity-XXXXXX";
    folder_ = ::mkdtemp(folder);
    command("SET", "something", "1");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // Another server used this Redis before: as after a start of Redis.
  void start_redis_anew() { command("SET", "conversation:run", "another"); }

  bool take_up(const std::string& worker = "w", bool patient = false) {
    Continuity continuity(redis_, worker, folder_);
    return await(continuity.take_up(seconds(20), patient));
  }
  void serve_and_leave() {
    Continuity continuity(redis_, "w", folder_);
    await(continuity.take_up(seconds(20), false));
    command("ZREM", "presence:workers", "w");
    await(continuity.leave());
  }
  std::string era() { return command("GET", "conversation:era").text; }

  std::string folder_;
};

TEST_F(ContinuityTest, AnEmptyRedisHasNothingToLose) {
  command("FLUSHDB");
  EXPECT_TRUE(take_up());
  EXPECT_EQ(era(), "");
}

TEST_F(ContinuityTest, ARedisThatWentOnGoesOn) {
  take_up();
  const std::string before = era();
  EXPECT_TRUE(take_up("v"));
  EXPECT_EQ(era(), before);
}

TEST_F(ContinuityTest, ARedisThatWasStartedWhileNobodyServedBeginsANewEra) {
  take_up();
  start_redis_anew();
  command("DEL", "conversation:era");
  EXPECT_TRUE(take_up());
  EXPECT_NE(era(), "");
}

TEST_F(ContinuityTest, ASealIsGoodForOneStart) {
  serve_and_leave();
  const std::string before = era();
  const std::string seal = command("GET", "conversation:seal").text;
  EXPECT_TRUE(take_up());
  EXPECT_EQ(era(), before);

  command("DEL", "conversation:era");
  start_redis_anew();
  command("SET", "conversation:seal", seal);
  take_up();
  EXPECT_NE(era(), "") << "a copy of Redis was put back that was made before the last start";
}

TEST_F(ContinuityTest, NoSealIsLeftWhileOthersServe) {
  Continuity mine(redis_, "w", folder_);
  await(mine.take_up(seconds(20), false));
  take_up("v");
  command("ZREM", "presence:workers", "w");
  await(mine.leave());
  EXPECT_EQ(command("EXISTS", "conversation:seal").number(), 0);
}

TEST_F(ContinuityTest, NoSealIsLeftByAWorkerThatDoesNotKnowWhatWasLost) {
  Continuity mine(redis_, "w", folder_);
  await(mine.take_up(seconds(20), false));
  command("ZREM", "presence:workers", "w");
  mine.doubt();
  await(mine.leave());
  EXPECT_EQ(command("EXISTS", "conversation:seal").number(), 0);
}

TEST_F(ContinuityTest, ThePatientWaitForWhoeverServesAlready) {
  take_up("v");
  start_redis_anew();
  const std::string before = era();
  EXPECT_FALSE(take_up("w", true));
  EXPECT_EQ(era(), before);
  Continuity other(redis_, "v", folder_);
  await(other.confirm());
  EXPECT_TRUE(take_up("w", true));
  EXPECT_EQ(era(), before);
}

TEST_F(ContinuityTest, ANewEraIsOneForAllWorkersButAnotherAfterTheNextStartOfRedis) {
  Continuity continuity(redis_, "w", folder_);
  await(continuity.begin_era());
  const std::string first = era();
  await(continuity.begin_era());
  EXPECT_EQ(era(), first) << "the other workers noticed the same loss";
  command("SET", "conversation:era_run", "another");
  await(continuity.begin_era());
  EXPECT_NE(era(), first);
}

}  // namespace
}  // namespace chat::store
