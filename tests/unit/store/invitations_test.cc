// Invitations into groups, a part of groups.h.
#include "store/groups.h"
#include "store/store_test.h"

namespace chat::store {
namespace {

using Ids = std::vector<std::string>;

class InvitationsTest : public StoreTest {
 protected:
  static constexpr std::size_t kMaxMembers = 5;
  static constexpr std::int64_t kInvitation = 2'592'000;  // seconds
  static constexpr const char* kInvited = "group_invited:group_id:g1";

  void SetUp() override {
    StoreTest::SetUp();
    for (const char* id : {"ann", "ben", "cyd", "dan", "eve"}) add_user(id, id);
  }

  static Entry entry() { return {R"({"timestamp":)", "}", "body"}; }
  void create() {
    Group group;
    group.id = "g1";
    group.name = "team";
    group.admin_id = "ann";
    await(groups_.create(group, {"ben", "cyd"}, entry()));
  }
  coro::Task<void> invite(const std::string& actor, std::vector<Invitation> invitations) {
    return groups_.invite("g1", actor, std::move(invitations));
  }
  Joined join(const std::string& user) {
    return await(groups_.add_members("g1", user, {user}, entry()));
  }
  std::optional<Refusal> refused_to_join(const std::string& user) {
    return refusal_of(groups_.add_members("g1", user, {user}, entry()));
  }
  // As if that user had been invited so many seconds earlier.
  void make_older(const std::string& user, std::int64_t seconds) {
    const auto since = command("ZSCORE", kInvited, user).number();
    command("ZADD", kInvited, since - seconds, user);
  }

  Newest newest_{redis_};
  Groups groups_{redis_, kBusLength, {.max_members = kMaxMembers}, newest_};
};

TEST_F(InvitationsTest, InvitationsAreTheAdministrators) {
  command("HSET", "presence:user:dan", "w7/1", "v1 1");
  EXPECT_EQ(refusal_of(invite("ann", {{"dan", "b"}})), Refusal::no_such_group);
  create();
  EXPECT_EQ(refusal_of(invite("ben", {{"dan", "b"}})), Refusal::not_group_admin);
  EXPECT_EQ(refusal_of(invite("ann", {{"nobody", "b"}})), Refusal::no_such_user);
  await(invite("ann", {{"dan", "come in"}}));
  EXPECT_EQ(bus("bus:worker:w7"), Ids{"to=u:dan b=come in"});
  EXPECT_EQ(join("dan").added, Ids{"dan"});
}

TEST_F(InvitationsTest, AllAreInvitedOrNobody) {
  create();
  EXPECT_EQ(refusal_of(invite("ann", {{"dan", "b"}, {"nobody", "b"}})), Refusal::no_such_user);
  EXPECT_EQ(command("EXISTS", kInvited).number(), 0);
  await(invite("ann", {{"dan", "b"}, {"eve", "b"}, {"ben", "b"}}));
  EXPECT_EQ(command("ZCARD", kInvited).number(), 2) << "ben is in";
}

TEST_F(InvitationsTest, AnInvitationLapses) {
  create();
  await(invite("ann", {{"dan", "b"}, {"eve", "b"}}));
  EXPECT_GT(command("TTL", kInvited).number(), kInvitation - 60) << "nothing is kept for ever";
  make_older("dan", kInvitation + 1);
  EXPECT_EQ(refused_to_join("dan"), Refusal::not_group_admin);
  EXPECT_EQ(join("eve").added, Ids{"eve"});
}

TEST_F(InvitationsTest, WhoIsInvitedAgainHasTimeAnewAndIsToldOnlyIfTheFirstLapsed) {
  command("HSET", "presence:user:dan", "w7/1", "v1 1");
  create();
  await(invite("ann", {{"dan", "first"}}));
  make_older("dan", kInvitation + 1);
  await(invite("ann", {{"dan", "second"}}));
  make_older("dan", kInvitation - 100);
  await(invite("ann", {{"dan", "third"}}));
  make_older("dan", 200);
  EXPECT_EQ(bus("bus:worker:w7"), (Ids{"to=u:dan b=first", "to=u:dan b=second"}));
  EXPECT_EQ(join("dan").added, Ids{"dan"});
}

TEST_F(InvitationsTest, InvitationsThatLapsedLeaveRoomForOthers) {
  create();
  std::vector<Invitation> many;
  for (int i = 0; i < static_cast<int>(kMaxMembers); ++i) {
    const std::string user = "user" + std::to_string(i);
    command("HSET", "user_id:" + user, "user_id", user);
    many.push_back({user, "b"});
  }
  await(invite("ann", many));
  EXPECT_EQ(refusal_of(invite("ann", {{"dan", "b"}})), Refusal::group_too_large);
  make_older("user0", kInvitation + 1);
  await(invite("ann", {{"dan", "b"}}));
  EXPECT_EQ(command("ZCARD", kInvited).number(), static_cast<std::int64_t>(kMaxMembers));
}

}  // namespace
}  // namespace chat::store
