#include "store/marks.h"

#include "store/messages.h"
#include "store/store_test.h"

namespace chat::store {
namespace {

class MarksTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    add_user("ann", "Ann");
    add_user("ben", "Ben");
    command("ZADD", "group_members:group_id:g1", 1, "ann");
    command("HSET", "presence:user:ann", "w1/1", "v1 1");
  }

  // Messages to the lobby; returns the present epoch.
  std::string say(int times) {
    Draft draft;
    draft.sender = "ann";
    draft.entry = {R"({"timestamp":)", "}", "body"};
    std::string epoch;
    for (int i = 0; i < times; ++i) epoch = await(messages_.append(draft)).epoch;
    return epoch;
  }
  static MarkChange lobby() {
    MarkChange change;
    change.name = "lobby";
    return change;
  }
  static MarkChange read_to(std::uint64_t seq, std::string epoch = "") {
    MarkChange change = lobby();
    change.read_seq = seq;
    change.epoch = std::move(epoch);
    return change;
  }
  std::optional<Refusal> refused(MarkChange change, std::size_t most = 10) {
    return refusal_of(marks_.change("ann", std::move(change), most, "body"));
  }
  Mark only() {
    const std::vector<Mark> marks = await(marks_.of("ann"));
    EXPECT_EQ(marks.size(), 1U);
    return marks.at(0);
  }

  Newest newest_{redis_};
  Messages messages_{redis_, kBusLength, newest_};
  Marks marks_{redis_, kBusLength};
};

TEST_F(MarksTest, WhatIsReadOnlyRises) {
  const std::string epoch = say(5);
  EXPECT_FALSE(refused(read_to(3, epoch)));
  EXPECT_FALSE(refused(read_to(2)));
  EXPECT_EQ(only().read_seq, 3U);
  EXPECT_EQ(only().epoch, epoch);
  EXPECT_EQ(only().conversation, "lobby");
  EXPECT_FALSE(only().pinned || only().muted);
  EXPECT_FALSE(refused(read_to(5)));
  EXPECT_EQ(only().read_seq, 5U);
}

TEST_F(MarksTest, NumbersThatAreNotThereAreRefused) {
  const std::string epoch = say(2);
  EXPECT_EQ(refused(read_to(3)), Refusal::bad_field);
  EXPECT_EQ(refused(read_to(~0ULL)), Refusal::bad_field);
  EXPECT_EQ(refused(read_to(1, "another")), Refusal::bad_field);
  EXPECT_FALSE(refused(read_to(2, epoch)));
}

TEST_F(MarksTest, ANumberingThatIsOverIsRefusedWhateverIsAsked) {
  const std::string epoch = say(2);
  EXPECT_FALSE(refused(read_to(2, epoch)));
  MarkChange pinned = lobby();
  pinned.pinned = true;
  pinned.epoch = "another";
  EXPECT_EQ(refused(pinned), Refusal::bad_field);
  EXPECT_FALSE(only().pinned);
  pinned.epoch = epoch;
  EXPECT_FALSE(refused(pinned));
  EXPECT_TRUE(only().pinned);
  EXPECT_EQ(only().read_seq, 2U) << "nothing was said of it";
}

TEST_F(MarksTest, ANewNumberingBeginsAnew) {
  say(5);
  refused(read_to(5));
  command("DEL", "conversation:message:common_id:0");
  MarkChange pinned = lobby();
  pinned.pinned = true;
  refused(pinned);
  EXPECT_EQ(only().read_seq, 5U) << "of the old numbering still";
  const std::string epoch = say(1);
  EXPECT_FALSE(refused(read_to(2)));
  EXPECT_EQ(only().read_seq, 2U);
  EXPECT_EQ(only().epoch, epoch);
  EXPECT_TRUE(only().pinned);
}

TEST_F(MarksTest, EachPartIsSetAlone) {
  MarkChange change = lobby();
  change.muted = true;
  refused(change);
  change.muted.reset();
  change.pinned = true;
  refused(change);
  EXPECT_TRUE(only().pinned && only().muted);
  change.pinned = false;
  refused(change);
  EXPECT_TRUE(!only().pinned && only().muted);
}

TEST_F(MarksTest, EveryChangeIsToldToTheConnectionsOfTheUser) {
  const std::string epoch = say(1);
  refused(read_to(1));
  refused(read_to(0));
  const std::vector<std::string> told = bus("bus:worker:w1");
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0], "to=u:ann b=body m=1 0 0 " + epoch);
  EXPECT_EQ(told[1], told[0]) << "what holds, not what was asked";
}

TEST_F(MarksTest, OnlyConversationsOfOnesOwn) {
  const auto outcome = [this](const char* name, Conversation conversation) {
    MarkChange change;
    change.name = name;
    change.conversation = std::move(conversation);
    change.pinned = true;
    return refused(std::move(change));
  };
  EXPECT_FALSE(outcome("group:g1", Conversation::group("g1")));
  EXPECT_EQ(outcome("group:g2", Conversation::group("g2")), Refusal::not_a_member);
  EXPECT_EQ(outcome("group:", Conversation::group("")), Refusal::not_a_member);
  EXPECT_FALSE(outcome("user:ben", Conversation::direct("ann", "ben")));
  EXPECT_FALSE(outcome("user:ann", Conversation::direct("ann", "ann")));
  EXPECT_EQ(outcome("user:eve", Conversation::direct("ann", "eve")), Refusal::no_such_user);
  EXPECT_EQ(outcome("user:", Conversation::direct("ann", "")), Refusal::no_such_user);
}

TEST_F(MarksTest, ThereAreNotMoreThanAllowed) {
  MarkChange change = lobby();
  change.pinned = true;
  EXPECT_FALSE(refused(change, 1));
  EXPECT_FALSE(refused(change, 1)) << "it is marked already";
  change.name = "user:ben";
  EXPECT_EQ(refused(change, 1), Refusal::too_many_marks);
}

TEST_F(MarksTest, ALineThatCannotBeReadMarksNothing) {
  command("HSET", "marks:user_id:ann", "lobby", "nonsense");
  EXPECT_EQ(only().read_seq, 0U);
  EXPECT_FALSE(only().pinned);
  MarkChange change = lobby();
  change.muted = true;
  EXPECT_FALSE(refused(change));
  EXPECT_TRUE(only().muted);
}

}  // namespace
}  // namespace chat::store
