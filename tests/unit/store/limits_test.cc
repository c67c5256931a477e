#include "store/limits.h"

#include "store/digest.h"
#include "store/store_test.h"

namespace chat::store {
namespace {

using std::chrono::milliseconds;

class LimitsTest : public StoreTest {
 protected:
  milliseconds take(const std::string& who, Rate rate) {
    return await(limits_.take("login", who, rate));
  }
  milliseconds login(const std::string& account, const std::string& address) {
    return await(limits_.begin_login(account, address));
  }
  // As if the wait of that account and address were over.
  void sit_out(const std::string& account, const std::string& address) {
    command("HSET", "login_tries:" + address + '|' + sha256_hex(account), "until", 0);
  }
  // As if `passed` had gone by since the last token was taken.
  void pass(const std::string& who, milliseconds passed) {
    const std::int64_t at = command("HGET", "limit:login:" + who, "at").number();
    command("HSET", "limit:login:" + who, "at", at - passed.count());
  }

  Limits limits_{redis_};
  static constexpr Rate kRate{.burst = 3, .per_minute = 60};
};

TEST_F(LimitsTest, ABurstThenARate) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(take("a", kRate), milliseconds(0));
  const milliseconds wait = take("a", kRate);
  EXPECT_GT(wait, milliseconds(900));
  EXPECT_LE(wait, milliseconds(1000));
  EXPECT_EQ(take("b", kRate), milliseconds(0)) << "another address";
  pass("a", milliseconds(1000));
  EXPECT_EQ(take("a", kRate), milliseconds(0));
  EXPECT_GT(take("a", kRate), milliseconds(0));
}

TEST_F(LimitsTest, AskingForTheWaitTakesNothing) {
  const auto wait = [this] { return await(limits_.wait("login", "a", kRate)); };
  for (int i = 0; i < 10; ++i) EXPECT_EQ(wait(), milliseconds(0));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(take("a", kRate), milliseconds(0));
  EXPECT_GT(wait(), milliseconds(900));
}

TEST_F(LimitsTest, ABucketHoldsNoMoreThanItsBurst) {
  take("a", kRate);
  pass("a", std::chrono::hours(1));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(take("a", kRate), milliseconds(0));
  EXPECT_GT(take("a", kRate), milliseconds(0));
}

TEST_F(LimitsTest, FullBucketsAreForgotten) {
  take("a", kRate);
  const std::int64_t expiry = command("PTTL", "limit:login:a").integer;
  EXPECT_GT(expiry, 1000);
  EXPECT_LT(expiry, 5000);
}

TEST_F(LimitsTest, AClockThatGoesBackGrantsNothing) {
  for (int i = 0; i < 3; ++i) take("a", kRate);
  pass("a", -std::chrono::hours(1));
  EXPECT_GT(take("a", kRate), milliseconds(0));
}

TEST_F(LimitsTest, TriesMakeThatAddressWaitForThatAccount) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(login("ann", "1.1.1.1"), milliseconds(0));
  EXPECT_GT(login("ann", "1.1.1.1"), milliseconds(300));
  EXPECT_LE(login("ann", "1.1.1.1"), milliseconds(500)) << "a refused try adds nothing";
  EXPECT_EQ(login("ann", "2.2.2.2"), milliseconds(0)) << "the owner, elsewhere";
  EXPECT_EQ(login("ben", "1.1.1.1"), milliseconds(0));
  sit_out("ann", "1.1.1.1");
  EXPECT_EQ(login("ann", "1.1.1.1"), milliseconds(0));
  EXPECT_GT(login("ann", "1.1.1.1"), milliseconds(800));
  for (int i = 0; i < 100; ++i) {
    sit_out("ann", "1.1.1.1");
    login("ann", "1.1.1.1");
  }
  EXPECT_GT(login("ann", "1.1.1.1"), milliseconds(59'000));
  EXPECT_LE(login("ann", "1.1.1.1"), milliseconds(60'000));
  await(limits_.login_succeeded("ann", "1.1.1.1"));
  EXPECT_EQ(login("ann", "1.1.1.1"), milliseconds(0));
}

}  // namespace
}  // namespace chat::store
