#include "store/calls.h"

#include "store/store_test.h"

namespace chat::store {
namespace {

using Ids = std::vector<std::string>;

class CallsTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    for (const char* id : {"ann", "ben", "cyd", "eve"}) add_user(id, id);
    command("ZADD", "group_members:group_id:g1", 1, "ann", 2, "ben", 3, "cyd");
  }

  Call open(bool in_group) {
    return await(calls_.open("ann", in_group ? "g1" : "ben", in_group, true));
  }
  Ids join(const std::string& user) { return await(calls_.join("ann", user)); }
  std::optional<LeftCall> leave(const std::string& user) {
    return await(calls_.leave("ann", user));
  }
  bool share(const std::string& a, const std::string& b) {
    const bool shared = await(calls_.share_call(a, b));
    EXPECT_EQ(await(calls_.share_call(b, a)), shared);
    return shared;
  }

  Calls calls_{redis_, 16};
};

TEST_F(CallsTest, OpensWithItsOwnerInside) {
  const Call call = open(true);
  EXPECT_EQ(call.id, "ann");
  EXPECT_GT(call.started, 1.7e9);
  EXPECT_EQ(command("ZRANGE", "rtc_room:ann", 0, -1).texts(), Ids{"ann"});
  const std::optional<Call> found = await(calls_.find("ann"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->owner, "ann");
  EXPECT_EQ(found->target, "g1");
  EXPECT_TRUE(found->is_group);
  EXPECT_TRUE(found->video);
  EXPECT_FALSE(await(calls_.find("ben")));
}

TEST_F(CallsTest, RefusesToOpen) {
  EXPECT_EQ(refusal_of(calls_.open("eve", "g1", true, true)), Refusal::not_a_member);
  EXPECT_EQ(refusal_of(calls_.open("eve", "nobody", false, true)), Refusal::no_such_user);
}

TEST_F(CallsTest, TheCalleeJoinsAPrivateCallAndNobodyElse) {
  EXPECT_EQ(refusal_of(calls_.join("ann", "ben")), Refusal::no_such_call);
  open(false);
  EXPECT_EQ(refusal_of(calls_.join("ann", "cyd")), Refusal::not_allowed);
  EXPECT_EQ(join("ben"), Ids{"ann"});
  EXPECT_EQ(join("ben"), Ids{"ann"}) << "again";
}

TEST_F(CallsTest, MembersOfTheGroupJoinItsCall) {
  open(true);
  EXPECT_EQ(refusal_of(calls_.join("ann", "eve")), Refusal::not_allowed);
  EXPECT_EQ(join("ben"), Ids{"ann"});
  EXPECT_EQ(join("cyd"), (Ids{"ann", "ben"}));
  EXPECT_EQ(await(calls_.members("ann")), (Ids{"ann", "ben", "cyd"}));
}

TEST_F(CallsTest, LeavingTellsWhoRemains) {
  open(true);
  join("ben");
  EXPECT_FALSE(leave("cyd"));
  const std::optional<LeftCall> first = leave("ann");
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->ended);
  EXPECT_EQ(first->members, Ids{"ben"});
  EXPECT_EQ(first->call.target, "g1");
  EXPECT_TRUE(leave("ben")->ended);
  EXPECT_TRUE(command("KEYS", "rtc_*").items.empty());
}

TEST_F(CallsTest, OnlyTheOwnerEndsACallForAll) {
  EXPECT_EQ(refusal_of(calls_.close("ann", "ann")), Refusal::no_such_call);
  open(true);
  join("ben");
  EXPECT_EQ(refusal_of(calls_.close("ann", "ben")), Refusal::not_allowed);
  EXPECT_EQ(await(calls_.close("ann", "ann")), (Ids{"ann", "ben"}));
  EXPECT_TRUE(command("KEYS", "rtc_*").items.empty());
}

TEST_F(CallsTest, ANewCallOfTheSameOwnerEndsTheOld) {
  open(true);
  join("cyd");
  open(false);
  EXPECT_FALSE(share("ann", "cyd"));
  EXPECT_EQ(await(calls_.members("ann")), Ids{"ann"});
}

TEST_F(CallsTest, SignalsPassWithinACallOnly) {
  EXPECT_FALSE(share("ann", "ben"));
  open(false);
  EXPECT_TRUE(share("ann", "ben")) << "invited";
  EXPECT_FALSE(share("ann", "cyd"));
  EXPECT_FALSE(share("ben", "cyd"));
  join("ben");
  EXPECT_TRUE(share("ann", "ben"));
  leave("ben");
  EXPECT_FALSE(share("ann", "ben")) << "hung up";
  join("ben");
  EXPECT_TRUE(share("ann", "ben"));
  leave("ann");
  EXPECT_FALSE(share("ann", "ben"));
}

TEST_F(CallsTest, SignalsPassWithinAGroupCall) {
  open(true);
  EXPECT_FALSE(share("ben", "cyd")) << "neither is inside";
  join("ben");
  EXPECT_TRUE(share("ben", "cyd"));
  EXPECT_FALSE(share("ben", "eve"));
  command("ZREM", "group_members:group_id:g1", "cyd");
  EXPECT_FALSE(share("ben", "cyd"));
}

TEST_F(CallsTest, FindsTheCallsOfAUser) {
  open(true);
  join("ben");
  await(calls_.open("ben", "ann", false, false));
  Ids calls = await(calls_.calls_of("ben"));
  std::sort(calls.begin(), calls.end());
  EXPECT_EQ(calls, (Ids{"ann", "ben"}));
  EXPECT_TRUE(await(calls_.calls_of("cyd")).empty());
}

}  // namespace
}  // namespace chat::store
