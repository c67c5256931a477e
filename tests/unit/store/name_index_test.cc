#include "store/name_index.h"

#include "store/store_test.h"

namespace chat::store {
namespace {

using Names = std::vector<std::string>;

class NameIndexTest : public StoreTest {
 protected:
  std::string create(const std::string& name) {
    return await(users_.create(name, "$", "", ""))->id;
  }
  Names find(const std::string& prefix, std::size_t count = 10) {
    Names names;
    for (const Profile& profile : await(index_.find(prefix, count))) names.push_back(profile.name);
    return names;
  }

  Users users_{redis_, kBusLength};
  NameIndex index_{redis_};
};

TEST_F(NameIndexTest, FindsByTheBeginningInTheOrderOfNames) {
  for (const char* name : {"Anna", "bob", "anton", "ANZ", "an", "王小明", "王"}) create(name);
  EXPECT_EQ(find("an"), (Names{"an", "Anna", "anton", "ANZ"}));
  EXPECT_EQ(find("AN", 2), (Names{"an", "Anna"}));
  EXPECT_EQ(find("王"), (Names{"王", "王小明"}));
  EXPECT_EQ(find("\xE7\x8E"), (Names{"王", "王小明"})) << "part of a character";
  EXPECT_TRUE(find("x").empty());
  EXPECT_TRUE(find(std::string("an\0", 3) + "zzz").empty());
}

TEST_F(NameIndexTest, NamesThatDifferInSizeOnlyAreBothFound) {
  const std::string one = create("ann");
  const std::string other = create("ANN");
  EXPECT_EQ(find("ann").size(), 2U);
}

TEST_F(NameIndexTest, UsersOfTheOriginalAreAddedOnce) {
  for (int i = 0; i < 2000; ++i) add_user("u" + std::to_string(i), "User " + std::to_string(i));
  add_user("odd", "a\nb:*");
  command("HSET", "username:no string", "a", 1);
  await(index_.index_all());
  EXPECT_EQ(command("ZCARD", "user_names").integer, 2001);
  EXPECT_EQ(find("user 199"),
            (Names{"User 199", "User 1990", "User 1991", "User 1992", "User 1993", "User 1994",
                   "User 1995", "User 1996", "User 1997", "User 1998"}));
  EXPECT_EQ(find("A\nB"), Names{"a\nb:*"});
  command("DEL", "user_names");
  await(index_.index_all());
  EXPECT_TRUE(find("user").empty()) << "a worker began just now";
}

TEST_F(NameIndexTest, AnEntryWithoutItsUserIsPassedOver) {
  command("DEL", "user_id:" + create("ann"));
  create("anna");
  EXPECT_EQ(find("ann"), Names{"anna"});
}

}  // namespace
}  // namespace chat::store
