#include "store/users.h"

#include "store/store_test.h"

namespace chat::store {
namespace {

class UsersTest : public StoreTest {
 protected:
  std::optional<User> create(const std::string& name) {
    return await(users_.create(name, "$hash", "10.0.0.1", "Browser"));
  }

  Users users_{redis_, kBusLength};
};

TEST_F(UsersTest, CreatesTheHashOfTheOriginal) {
  const std::optional<User> user = create("ann");
  ASSERT_TRUE(user);
  EXPECT_EQ(user->id.size(), 13U);
  EXPECT_EQ(command("GET", "username:ann").text, user->id);
  EXPECT_EQ(command("HLEN", "user_id:" + user->id).integer, 9);

  const std::optional<User> found = await(users_.find(user->id));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "ann");
  EXPECT_EQ(found->password, "$hash");
  EXPECT_EQ(found->registered, user->registered);
  EXPECT_EQ(found->registered.size(), std::string("2026-11-21 00:30:14").size());
  EXPECT_EQ(found->role, 0);
  EXPECT_TRUE(found->active);
  EXPECT_EQ(found->avatar, "");
  EXPECT_EQ(found->address, "10.0.0.1");
  EXPECT_EQ(found->agent, "Browser");
}

TEST_F(UsersTest, ANameBelongsToOneUser) {
  std::vector<coro::Task<std::optional<User>>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(users_.create("ann", "$hash", "", ""));
  int created = 0;
  for (const auto& user : await_all(std::move(tasks))) created += user.has_value();
  EXPECT_EQ(created, 1);
  EXPECT_EQ(command("KEYS", "user_id:*").items.size(), 1U);
}

TEST_F(UsersTest, FindsByName) {
  const std::optional<User> user = create("名字 with spaces:*");
  EXPECT_EQ(await(users_.find_by_name("名字 with spaces:*"))->id, user->id);
  EXPECT_FALSE(await(users_.find_by_name("nobody")));
  EXPECT_FALSE(await(users_.find("nobody")));
}

TEST_F(UsersTest, StandingIsWhatRedisHoldsNow) {
  const std::string id = create("ann")->id;
  EXPECT_TRUE(await(users_.standing(id)).active);
  EXPECT_EQ(await(users_.standing(id)).role, 0);
  command("HSET", "user_id:" + id, "role_id", 99);
  EXPECT_EQ(await(users_.standing(id)).role, 99);
  command("HSET", "user_id:" + id, "is_active", 0);
  EXPECT_FALSE(await(users_.standing(id)).active);
  EXPECT_FALSE(await(users_.standing("nobody")).exists);
}

TEST_F(UsersTest, ABanIsPostedToTheUsersConnections) {
  const std::string id = create("ann")->id;
  EXPECT_FALSE(await(users_.ban(id, "out"))) << "not online";
  command("HSET", "presence:user:" + id, "w1/7", "v1 1");
  EXPECT_TRUE(await(users_.ban(id, "out")));
  EXPECT_FALSE(await(users_.standing(id)).active);
  EXPECT_EQ(bus("bus:worker:w1"), std::vector<std::string>{"to=u:" + id + " b=out"});
}

TEST_F(UsersTest, AHashGivesWayToAnotherOfTheSamePasswordOnly) {
  const std::string id = create("ann")->id;
  const std::string first = await(users_.find(id))->password;
  EXPECT_EQ(await(users_.rehash(id, first, "$new")), "$new");
  EXPECT_EQ(await(users_.rehash(id, first, "$late")), "$new") << "of a password no more in use";
  EXPECT_EQ(await(users_.find(id))->password, "$new");
  EXPECT_EQ(await(users_.rehash("nobody", "$a", "$b")), "");
  EXPECT_EQ(command("EXISTS", "user_id:nobody").integer, 0);
}

TEST_F(UsersTest, ChangesOnlyUsersThatExist) {
  const std::string id = create("ann")->id;
  EXPECT_TRUE(await(users_.set_avatar(id, "/upload/image/a.png")));
  const std::optional<User> user = await(users_.find(id));
  EXPECT_EQ(user->avatar, "/upload/image/a.png");
  EXPECT_FALSE(await(users_.set_avatar("nobody", "x")));
  EXPECT_EQ(command("EXISTS", "user_id:nobody").integer, 0);
}

TEST_F(UsersTest, ProfilesComeInTheOrderAskedFor) {
  add_user("a", "Ann");
  add_user("b", "Ben", false);
  command("HSET", "presence:user:b", "w1/1", "v1 1");
  std::vector<std::string> ids{"b", "nobody", "a"};
  const std::vector<Profile> profiles = await(users_.profiles(ids));
  ASSERT_EQ(profiles.size(), 2U);
  EXPECT_EQ(profiles[0].name, "Ben");
  EXPECT_TRUE(profiles[0].online);
  EXPECT_FALSE(profiles[0].active);
  EXPECT_EQ(profiles[1].id, "a");
  EXPECT_EQ(profiles[1].avatar, "/a/a");
  EXPECT_FALSE(profiles[1].online);
  EXPECT_TRUE(await(users_.profiles(std::vector<std::string>())).empty());
}

TEST_F(UsersTest, ReadsUsersOfTheOriginal) {
  load_legacy_data();
  const std::optional<User> alice = await(users_.find_by_name("aliceys6i"));
  ASSERT_TRUE(alice);
  EXPECT_EQ(alice->id, "6b00e6162e0e8");
  EXPECT_EQ(alice->role, 99);
  EXPECT_TRUE(alice->active);
  EXPECT_EQ(alice->password.substr(0, 4), "$2y$");
  EXPECT_FALSE(await(users_.find_by_name("carolys6i"))->active);
}

}  // namespace
}  // namespace chat::store
