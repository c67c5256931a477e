#include "store/groups.h"

#include "store/messages.h"
#include "store/store_test.h"

namespace chat::store {
namespace {

using Ids = std::vector<std::string>;

class GroupsTest : public StoreTest {
 protected:
  static constexpr std::size_t kMaxMembers = 5;

  void SetUp() override {
    StoreTest::SetUp();
    for (const char* id : {"ann", "ben", "cyd", "dan", "eve", "fay"}) add_user(id, id);
  }

  static Entry entry(const std::string& what) {
    Entry made;
    made.head = R"({"mess":")" + what + R"(","timestamp":)";
    made.tail = "}";
    made.body = "body of " + what;
    return made;
  }
  static Group team() {
    Group group;
    group.id = "g1";
    group.name = "a/b \"c\"";
    group.admin_id = "ann";
    group.created = 1795221017.789088;
    return group;
  }
  Stored create(Ids members = {"ben", "cyd"}) {
    return await(groups_.create(team(), std::move(members), entry("create")));
  }
  Joined add(const std::string& actor, Ids users) {
    return await(groups_.add_members("g1", actor, std::move(users), entry("add")));
  }
  std::optional<Refusal> refused_to_add(const std::string& actor, Ids users) {
    return refusal_of(groups_.add_members("g1", actor, std::move(users), entry("add")));
  }
  Left remove(const std::string& actor, const std::string& user) {
    return await(groups_.remove_members("g1", actor, Ids{user}, entry("remove")));
  }
  coro::Task<void> invite(const std::string& actor, std::vector<Invitation> invitations) {
    return groups_.invite("g1", actor, std::move(invitations));
  }
  Ids members() { return await(groups_.member_ids("g1")); }

  // Everything that can be removed of dissolved groups; the steps it took.
  int remove_dissolved() {
    int steps = 0;
    for (bool more = true; more; ++steps) more = await(groups_.remove_dissolved());
    return steps;
  }

  Newest newest_{redis_};
  Groups groups_{
      redis_, kBusLength, {.max_members = kMaxMembers, .max_groups_per_user = 3}, newest_};
};

TEST_F(GroupsTest, CreatesWhatTheOriginalStored) {
  const Stored stored = create({"ben", "cyd", "ben", "ann"});
  EXPECT_EQ(stored.seq, 1U);
  EXPECT_EQ(command("HGET", "groups", "g1").text,
            R"({"name":"a\/b \"c\"","admin_id":"ann","create_time":1795221017.789088})");
  EXPECT_EQ(members(), (Ids{"ann", "ben", "cyd"}));
  EXPECT_EQ(command("ZRANGE", "user_groups:user_id:cyd", 0, -1).texts(), Ids{"g1"});
  EXPECT_EQ(command("ZCARD", "message:common_id:g1").integer, 1);
  const std::vector<std::string> posted = bus("bus:all");
  ASSERT_EQ(posted.size(), 1U);
  EXPECT_EQ(posted[0].find("to=g:g1 b=body of create s=1 "), 0U);
  EXPECT_NE(posted[0].find(" j=ann,ben,cyd"), std::string::npos);
}

TEST_F(GroupsTest, RefusesToCreate) {
  add_user("off", "off", false);
  Group group = team();
  const auto refused = [&](Ids members) {
    return refusal_of(groups_.create(group, std::move(members), entry("create")));
  };
  EXPECT_EQ(refused({"ben", "nobody"}), Refusal::no_such_user);
  EXPECT_EQ(refused({"ben", "cyd", "dan", "eve", "fay"}), Refusal::group_too_large);
  EXPECT_EQ(refused(Ids(100, "ben")), Refusal::group_too_large);
  group.admin_id = "off";
  EXPECT_EQ(refused({"ben", "cyd"}), Refusal::disabled);
  group.admin_id = "ann";
  EXPECT_FALSE(refused({"ben", "cyd"}));
  EXPECT_EQ(refused({"ben", "cyd"}), Refusal::id_taken);
}

TEST_F(GroupsTest, NobodyIsPutIntoMoreGroupsThanAllowed) {
  Group group = team();
  for (const char* id : {"g2", "g3", "g4"}) {
    group.id = id;
    await(groups_.create(group, {"ben", "cyd"}, entry("create")));
  }
  group.id = "g5";
  const auto made_by = [&](const char* founder, Ids members) {
    group.admin_id = founder;
    return refusal_of(groups_.create(group, std::move(members), entry("create")));
  };
  EXPECT_EQ(made_by("ann", {"dan", "eve"}), Refusal::too_many_groups);
  EXPECT_EQ(made_by("dan", {"eve", "ben"}), Refusal::too_many_groups);
  group.id = "g1";
  EXPECT_FALSE(made_by("dan", {"eve", "fay"}));
  EXPECT_EQ(refused_to_add("dan", {"ben"}), Refusal::too_many_groups);
  groups_.set_limits({.max_members = kMaxMembers, .max_groups_per_user = 4});
  EXPECT_FALSE(refused_to_add("dan", {"ben"}));
  EXPECT_FALSE(refused_to_add("dan", {"ben"})) << "who is a member already is not counted again";
}

TEST_F(GroupsTest, InfoAndList) {
  create();
  const std::optional<Group> group = await(groups_.info("g1"));
  ASSERT_TRUE(group);
  EXPECT_EQ(group->name, "a/b \"c\"");
  EXPECT_EQ(group->admin_id, "ann");
  EXPECT_DOUBLE_EQ(group->created, 1795221017.789088);
  EXPECT_EQ(group->avatar, "");
  EXPECT_FALSE(await(groups_.info("g2")));

  Group second = team();
  second.id = "g2";
  second.admin_id = "ben";
  second.avatar = "/upload/image/x.png";
  await(groups_.create(second, {"ann"}, entry("create")));
  const std::vector<Group> list = await(groups_.list_of("ann"));
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].id, "g1");
  EXPECT_EQ(list[1].avatar, "/upload/image/x.png");
  EXPECT_TRUE(await(groups_.list_of("fay")).empty());
}

TEST_F(GroupsTest, MembersWithProfilesInOrderOfJoining) {
  create();
  const std::vector<Member> list = await(groups_.members("g1"));
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].profile.id, "ann");
  EXPECT_EQ(list[2].profile.name, "cyd");
  EXPECT_LT(list[0].joined, list[1].joined);
  EXPECT_TRUE(await(groups_.is_member("g1", "ben")));
  EXPECT_FALSE(await(groups_.is_member("g1", "dan")));
}

TEST_F(GroupsTest, TheAdministratorAddsMembers) {
  create();
  const Joined joined = add("ann", {"dan", "ben", "dan"});
  EXPECT_EQ(joined.added, Ids{"dan"});
  EXPECT_EQ(joined.stored.seq, 2U) << "changes are numbered with the messages";
  EXPECT_EQ(members(), (Ids{"ann", "ben", "cyd", "dan"}));
  EXPECT_NE(bus("bus:all").back().find(" j=dan"), std::string::npos);

  EXPECT_EQ(add("ann", {"ben"}).stored.seq, 0U);
  EXPECT_EQ(command("ZCARD", "message:common_id:g1").integer, 2);
}

TEST_F(GroupsTest, OthersAddOnlyThemselvesWhenInvited) {
  create();
  EXPECT_EQ(refused_to_add("ben", {"dan"}), Refusal::not_group_admin);
  EXPECT_EQ(refused_to_add("dan", {"dan"}), Refusal::not_group_admin);
  await(invite("ann", {{"dan", "come in"}}));
  EXPECT_EQ(refused_to_add("dan", {"dan", "eve"}), Refusal::not_group_admin);
  EXPECT_EQ(refused_to_add("dan", {"eve"}), Refusal::not_group_admin);
  EXPECT_EQ(add("dan", {"dan"}).added, Ids{"dan"});
  remove("dan", "dan");
  EXPECT_EQ(refused_to_add("dan", {"dan"}), Refusal::not_group_admin) << "invited once only";
}

TEST_F(GroupsTest, RefusesToAdd) {
  EXPECT_EQ(refused_to_add("ann", {"dan"}), Refusal::no_such_group);
  create();
  EXPECT_EQ(refused_to_add("ann", {"dan", "nobody"}), Refusal::no_such_user);
  EXPECT_EQ(refused_to_add("ann", {"dan", "eve", "fay"}), Refusal::group_too_large);
  EXPECT_EQ(members().size(), 3U) << "all or nobody";
}

TEST_F(GroupsTest, ConcurrentAdditionsKeepTheSizeLimit) {
  create();
  std::vector<coro::Task<std::optional<Refusal>>> tasks;
  const auto try_to_add = [](Groups& groups, std::string user,
                             Entry entry) -> coro::Task<std::optional<Refusal>> {
    std::vector<std::string> users(1, user);
    try {
      co_await groups.add_members("g1", "ann", std::move(users), std::move(entry));
    } catch (const Rejected& rejected) {
      co_return rejected.refusal();
    }
    co_return std::nullopt;
  };
  for (const char* user : {"dan", "eve", "fay"})
    tasks.push_back(try_to_add(groups_, user, entry("add")));
  const auto outcomes = await_all(std::move(tasks));
  EXPECT_EQ(outcomes[2], Refusal::group_too_large);
  EXPECT_EQ(members().size(), kMaxMembers);
}

TEST_F(GroupsTest, MembersLeaveOrAreRemoved) {
  create();
  const auto refused = [this](const char* group, const char* actor, Ids users) {
    return refusal_of(groups_.remove_members(group, actor, std::move(users), entry("x")));
  };
  EXPECT_EQ(refused("g1", "ben", {"cyd"}), Refusal::not_group_admin);
  EXPECT_EQ(refused("g1", "dan", {"dan"}), Refusal::not_a_member);
  EXPECT_EQ(refused("g2", "dan", {"dan"}), Refusal::no_such_group);
  EXPECT_EQ(refused("g1", "ann", {"cyd", "dan"}), Refusal::not_a_member);
  EXPECT_EQ(refused("g1", "ann", {"cyd", "ann"}), Refusal::not_allowed);
  EXPECT_EQ(refused("g1", "ann", Ids(100, "cyd")), Refusal::not_a_member);
  EXPECT_EQ(members().size(), 3U) << "all or nobody";
  EXPECT_EQ(remove("ann", "cyd").stored.seq, 2U);
  EXPECT_NE(bus("bus:all").back().find(" l=cyd a="), std::string::npos);
  EXPECT_EQ(remove("ben", "ben").admin_id, "ann");
  EXPECT_EQ(members(), Ids{"ann"});
  EXPECT_TRUE(await(groups_.list_of("ben")).empty());
}

TEST_F(GroupsTest, WhoJoinedFirstInheritsAndTheLastDissolves) {
  create();
  const Left left = remove("ann", "ann");
  EXPECT_FALSE(left.dissolved);
  EXPECT_EQ(left.admin_id, "ben");
  EXPECT_NE(bus("bus:all").back().find(" l=ann a=ben"), std::string::npos);
  EXPECT_EQ(await(groups_.info("g1"))->admin_id, "ben");
  EXPECT_EQ(await(groups_.info("g1"))->name, "a/b \"c\"");
  EXPECT_DOUBLE_EQ(await(groups_.info("g1"))->created, 1795221017.789088) << "no digit is lost";
  remove("ben", "ben");
  EXPECT_TRUE(remove("cyd", "cyd").dissolved);
  EXPECT_FALSE(await(groups_.info("g1")));
  EXPECT_TRUE(members().empty());
}

TEST_F(GroupsTest, TheEntryOfALeavingAdministratorNamesTheHeir) {
  create();
  Entry left = entry("left");
  left.head = R"({"mess":{"action":"left"},"timestamp":)";
  await(groups_.remove_members("g1", "ann", {"ann"}, left));
  const std::string stored = command("ZRANGE", "message:common_id:g1", -1, -1).at(0).text;
  EXPECT_EQ(stored.find(R"({"mess":{"action":"left","admin_id":"ben"},"timestamp":17)"), 0U)
      << stored;
  await(groups_.remove_members("g1", "ben", {"cyd"}, left));
  const std::string next = command("ZRANGE", "message:common_id:g1", -1, -1).at(0).text;
  EXPECT_EQ(next.find(R"({"mess":{"action":"left"},"timestamp":17)"), 0U) << next;
}

TEST_F(GroupsTest, SeveralAreRemovedAtOnceAndTheirMarksGo) {
  create({"ben", "cyd", "dan"});
  command("HSET", "marks:user_id:ben", "group:g1", "1 0 0 e", "lobby", "1 0 0 e");
  EXPECT_EQ(await(groups_.remove_members("g1", "ann", {"ben", "dan"}, entry("r"))).stored.seq, 2U);
  EXPECT_EQ(members(), (Ids{"ann", "cyd"}));
  EXPECT_NE(bus("bus:all").back().find(" l=ben,dan a="), std::string::npos);
  EXPECT_EQ(command("HKEYS", "marks:user_id:ben").texts(), Ids{"lobby"});
}

TEST_F(GroupsTest, TheAdministratorRenames) {
  create();
  const auto update = [this](const char* actor, std::optional<std::string> name,
                             std::optional<std::string> avatar, const char* group = "g1") {
    return refusal_of(groups_.update(group, actor, std::move(name), std::move(avatar), entry("u")));
  };
  const auto json = [this] { return command("HGET", "groups", "g1").text; };
  EXPECT_EQ(update("ben", "x", {}), Refusal::not_group_admin);
  EXPECT_EQ(update("ann", "x", {}, "g2"), Refusal::no_such_group);
  EXPECT_FALSE(update("ann", {}, "/upload/image/x.png"));
  EXPECT_EQ(json(), R"({"name":"a\/b \"c\"","admin_id":"ann","create_time":1795221017.789088,)"
                    R"("avatar":"\/upload\/image\/x.png"})");
  EXPECT_FALSE(update("ann", R"("create_time":5é)", {}));
  EXPECT_EQ(json(),
            R"({"name":"\"create_time\":5é","admin_id":"ann","create_time":1795221017.789088,)"
            R"("avatar":"\/upload\/image\/x.png"})");
  EXPECT_FALSE(update("ann", "new", ""));
  EXPECT_EQ(json(), R"({"name":"new","admin_id":"ann","create_time":1795221017.789088})");
  EXPECT_EQ(command("ZCARD", "message:common_id:g1").integer, 4) << "each is an entry";
  EXPECT_EQ(bus("bus:all").back().find("to=g:g1 b=body of u s=4 "), 0U);
}

TEST_F(GroupsTest, OnlyTheAdministratorDissolves) {
  create();
  EXPECT_EQ(refusal_of(groups_.dissolve("g1", "ben", "gone")), Refusal::dissolve_refused);
  EXPECT_EQ(refusal_of(groups_.dissolve("g2", "ann", "gone")), Refusal::dissolve_refused);
  EXPECT_EQ(await(groups_.dissolve("g1", "ann", "gone")), (Ids{"ann", "ben", "cyd"}));
  EXPECT_EQ(bus("bus:all").back(), "to=g:g1 b=gone l=ann,ben,cyd");
  EXPECT_TRUE(await(groups_.list_of("ben")).empty());
  EXPECT_EQ(refusal_of(groups_.create(team(), {"ben", "cyd"}, entry("create"))), Refusal::id_taken)
      << "nobody gets at the old messages through the old id";
}

TEST_F(GroupsTest, NothingOfADissolvedGroupStays) {
  create();
  Messages messages(redis_, kBusLength, newest_);
  for (int i = 0; i < 250; ++i) {
    Draft draft;
    draft.conversation = Conversation::group("g1");
    draft.sender = "ann";
    draft.id = "m-" + std::to_string(i);
    draft.entry = {R"({"type":100,"sender_id":"ann","timestamp":)", R"(,"id":")" + draft.id + "\"}",
                   "body"};
    await(messages.append(std::move(draft)));
  }
  command("ZADD", "message:common_id:g1", 1, "no message");
  command("HSET", "message:index:0", "m-7", R"({"key":"message:common_id:0","timestamp":1})");
  command("HSET", "groups", "g2", "{}");
  EXPECT_EQ(remove_dissolved(), 1) << "nothing is dissolved yet";
  await(invite("ann", {{"dan", "come in"}}));
  await(groups_.dissolve("g1", "ann", "gone"));
  EXPECT_GE(remove_dissolved(), 3) << "a little at a time";
  EXPECT_EQ(command("KEYS", "*g1").texts(), Ids{"group_dissolved:g1"});
  EXPECT_GT(command("TTL", "group_dissolved:g1").integer, 3600);
  std::int64_t ids = 0;
  for (int part = 0; part < 5; ++part)
    ids += command("HLEN", "message:index:" + std::to_string(part)).integer;
  EXPECT_EQ(ids, 1) << "of another conversation";
  EXPECT_EQ(command("HKEYS", "groups").texts(), Ids{"g2"});
  EXPECT_EQ(command("EXISTS", "groups:dissolved").integer, 0);
  EXPECT_EQ(remove_dissolved(), 1);
}

TEST_F(GroupsTest, LargeMessagesAreRemovedFewAtATime) {
  create();
  const std::string large(200'000, 'x');
  for (int i = 0; i < 10; ++i) command("ZADD", "message:common_id:g1", i, large + char('0' + i));
  await(groups_.dissolve("g1", "ann", "gone"));
  await(groups_.remove_dissolved());
  EXPECT_EQ(command("ZCARD", "message:common_id:g1").integer, 9)
      << "ten and the first, but for two";
  remove_dissolved();
  EXPECT_EQ(command("EXISTS", "message:common_id:g1").integer, 0);
}

TEST_F(GroupsTest, TheLastToLeaveDissolvesAsWell) {
  create();
  for (const char* id : {"ann", "ben", "cyd"}) remove(id, id);
  remove_dissolved();
  EXPECT_EQ(command("KEYS", "*g1").texts(), Ids{"group_dissolved:g1"});
}

TEST_F(GroupsTest, MoreMembersThanLuaUnpacksAreAdded) {
  groups_.set_limits({20'000, 10});
  create();
  Ids many;
  for (int i = 0; i < 9'000; ++i) many.push_back("user" + std::to_string(i));
  for (const std::string& user : many) command("HSET", "user_id:" + user, "user_id", user);
  EXPECT_EQ(add("ann", many).added.size(), many.size());
  EXPECT_EQ(members().size(), many.size() + 3);
}

TEST_F(GroupsTest, ReadsGroupsOfTheOriginal) {
  load_legacy_data();
  const std::vector<Group> list = await(groups_.list_of("6b00e616dc54a"));
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].name, "team ys6i");
  EXPECT_EQ(await(groups_.members(list[0].id)).size(), 3U);
  command("HSET", "groups", "broken", "no json");
  command("ZADD", "user_groups:user_id:6b00e616dc54a", 1, "broken");
  EXPECT_EQ(await(groups_.list_of("6b00e616dc54a")).size(), 1U);
}

}  // namespace
}  // namespace chat::store
