#include "store/newest.h"

#include "store/groups.h"
#include "store/messages.h"
#include "store/store_test.h"

namespace chat::store {
namespace {

using Ids = std::vector<std::string>;

class NewestTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    for (const char* id : {"ann", "ben", "cyd", "dan"}) add_user(id, id);
  }

  static Entry entry() {
    return {R"({"type":100,"sender_id":"ann","mess":{"a":1},"timestamp":)", "}", "body"};
  }
  void found(const std::string& id) {
    Group group;
    group.id = id;
    group.admin_id = "ann";
    await(groups_.create(group, {"ben", "cyd"}, entry()));
  }
  static Draft draft() {
    Draft made;
    made.sender = "ann";
    made.entry = entry();
    return made;
  }
  bool held() { return await(newest_.is_held()); }

  // Redis loses its newest entry, and with it all that the same script did.
  void lose_newest_of(const std::string& key) {
    EXPECT_TRUE(held());
    command("ZPOPMAX", key);
    EXPECT_FALSE(held()) << "it goes unnoticed";
  }

  Newest newest_{redis_};
  Messages messages_{redis_, kBusLength, newest_};
  Groups groups_{redis_, kBusLength, {}, newest_};
};

TEST_F(NewestTest, NothingStoredIsNothingLost) { EXPECT_TRUE(held()); }

TEST_F(NewestTest, AMessageCounts) {
  await(messages_.append(draft()));
  lose_newest_of("message:common_id:0");
}

TEST_F(NewestTest, AnEditCounts) {
  await(messages_.append(draft()));
  Revision revision;
  revision.draft = draft();
  revision.seq = 1;
  revision.window = std::chrono::hours(1);
  revision.text = "\"new\"";
  await(messages_.revise(std::move(revision)));
  lose_newest_of("message:common_id:0");
}

TEST_F(NewestTest, AFoundedGroupCounts) {
  found("g1");
  lose_newest_of("message:common_id:g1");
}

TEST_F(NewestTest, WhoJoinsCounts) {
  found("g1");
  await(groups_.add_members("g1", "ann", {"dan"}, entry()));
  lose_newest_of("message:common_id:g1");
}

TEST_F(NewestTest, WhoLeavesCounts) {
  found("g1");
  await(groups_.remove_members("g1", "ben", {"ben"}, entry()));
  lose_newest_of("message:common_id:g1");
}

TEST_F(NewestTest, ANewNameOfAGroupCounts) {
  found("g1");
  await(groups_.update("g1", "ann", "new", std::nullopt, entry()));
  lose_newest_of("message:common_id:g1");
}

TEST_F(NewestTest, WhatChangedNothingDoesNotCount) {
  found("g1");
  found("g2");
  await(groups_.add_members("g1", "ann", {"ben"}, entry()));
  lose_newest_of("message:common_id:g2");
}

TEST_F(NewestTest, TheMessagesOfADissolvedGroupAreNotLost) {
  found("g1");
  await(groups_.dissolve("g1", "ann", "gone"));
  for (bool more = true; more;) more = await(groups_.remove_dissolved());
  EXPECT_EQ(command("EXISTS", "message:common_id:g1").integer, 0);
  EXPECT_TRUE(held());
}

}  // namespace
}  // namespace chat::store
