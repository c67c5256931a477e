// Messages::revise(): what was said is changed at its place.
#include "store/messages.h"
#include "store/store_test.h"

namespace chat::store {
namespace {

using std::chrono::hours;

class RevisionsTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    for (const char* id : {"ann", "ben", "eve"}) add_user(id, id);
    command("HSET", "groups", "g1", R"({"name":"g","admin_id":"ben"})");
    command("ZADD", "group_members:group_id:g1", 1, "ann", 2, "ben");
  }

  static Draft draft(const std::string& sender, const std::string& id, int type = 100) {
    Draft made;
    made.sender = sender;
    made.id = id;
    made.entry.head = R"({"type":)" + std::to_string(type) + R"(,"sender_id":")" + sender +
                      R"(","receiver_id":"0","mess":"a\/b","timestamp":)";
    made.entry.tail = R"(,"id":")" + id + R"(","reply_to":1,"mentions":["x"]})";
    made.entry.body = "body of " + id;
    return made;
  }
  Stored say(const std::string& sender, const std::string& id, int type = 100) {
    return await(messages_.append(draft(sender, id, type)));
  }
  static Revision edit(const std::string& sender, std::uint64_t seq, const std::string& text,
                       const std::string& id = "") {
    Revision revision;
    revision.seq = seq;
    revision.window = hours(1);
    if (!text.empty()) revision.text = '"' + text + '"';
    revision.draft.sender = sender;
    revision.draft.id = id;
    revision.draft.entry.head =
        R"({"type":)" + std::string(text.empty() ? "121" : "120") + R"(,"sender_id":")" + sender +
        R"(","receiver_id":"0","mess":{"seq":)" + std::to_string(seq) + R"(},"timestamp":)";
    revision.draft.entry.tail = id.empty() ? "}" : R"(,"id":")" + id + "\"}";
    revision.draft.entry.body = "told";
    return revision;
  }
  static Revision recall(const std::string& sender, std::uint64_t seq) {
    return edit(sender, seq, "");
  }
  Stored revise(Revision revision) { return await(messages_.revise(std::move(revision))); }
  std::optional<Refusal> refused(Revision revision) {
    return refusal_of(messages_.revise(std::move(revision)));
  }
  std::vector<NumberedMessage> all() {
    return await(messages_.before_seq(Conversation::lobby(), 1000, 100)).messages;
  }
  // The time of a message, as it is spelled in its JSON.
  static std::string time_in(const std::string& json) {
    const std::size_t at = json.find(R"("timestamp":)") + 12;
    return json.substr(at, json.find_first_of(",}", at) - at);
  }

  Newest newest_{redis_};
  Messages messages_{redis_, kBusLength, newest_};
};

TEST_F(RevisionsTest, AnEditChangesTheMessageAtItsPlace) {
  const Stored first = say("ben", "m-1");
  const Stored second = say("ann", "m/2");
  say("ben", "m-3");
  Revision revision = edit("ann", 2, "é\\/", "e-1");
  revision.mentions = R"(,"mentions":["ben"])";
  const Stored stored = revise(revision);
  EXPECT_EQ(stored.seq, 4U);
  EXPECT_EQ(stored.epoch, first.epoch);
  const auto messages = all();
  ASSERT_EQ(messages.size(), 4U);
  const std::string edited = time_in(messages[3].json);
  EXPECT_EQ(messages[1].json,
            R"({"type":100,"sender_id":"ann","receiver_id":"0","mess":"é\/","timestamp":)" +
                time_in(messages[1].json) +
                R"(,"id":"m\/2","reply_to":1,"mentions":["ben"],"edited":)" + edited + '}');
  EXPECT_DOUBLE_EQ(std::stod(time_in(messages[1].json)), second.timestamp);
  EXPECT_DOUBLE_EQ(std::stod(edited), stored.timestamp);
  EXPECT_EQ(messages[3].changed, messages[1].json);
  EXPECT_EQ(messages[1].changed, "");
  EXPECT_EQ(bus("bus:all").back().find("to=lobby b=told s=4 "), 0U);
}

TEST_F(RevisionsTest, EveryEditTellsTheTextOfNow) {
  say("ann", "m-1");
  revise(edit("ann", 1, "one"));
  revise(edit("ann", 1, "two"));
  const auto messages = all();
  for (const std::size_t entry : {1, 2}) {
    EXPECT_NE(messages[entry].changed.find(R"("mess":"two")"), std::string::npos);
    EXPECT_EQ(messages[entry].json.find("one"), std::string::npos);
  }
  EXPECT_EQ(messages[0].json.find("mentions"), std::string::npos) << "the new text has none";
}

TEST_F(RevisionsTest, WhatIsTakenBackIsNowhereAnyMore) {
  say("ann", "m-1");
  revise(edit("ann", 1, "secret", "e-1"));
  EXPECT_EQ(revise(recall("ann", 1)).seq, 3U);
  const auto messages = all();
  EXPECT_EQ(messages[0].json, R"({"type":100,"sender_id":"ann","receiver_id":"0","mess":"",)"
                              R"("timestamp":)" +
                                  time_in(messages[0].json) + R"(,"id":"m-1","recalled":true})");
  for (const NumberedMessage& message : messages)
    EXPECT_EQ((message.json + message.changed).find("secret"), std::string::npos);
  EXPECT_EQ(refused(edit("ann", 1, "again")), Refusal::no_such_message);
  EXPECT_EQ(refused(recall("ann", 1)), Refusal::no_such_message);
  EXPECT_TRUE(revise(edit("ann", 1, "secret", "e-1")).duplicate) << "the edit was stored";
  EXPECT_TRUE(await(messages_.append(draft("ann", "m-1"))).duplicate);
}

TEST_F(RevisionsTest, TheSameIdIsDoneOnce) {
  say("ann", "m-1");
  const Stored first = revise(edit("ann", 1, "one", "e-1"));
  revise(edit("ann", 1, "two", "e-2"));
  const Stored again = revise(edit("ann", 1, "one", "e-1"));
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.seq, first.seq);
  EXPECT_DOUBLE_EQ(again.timestamp, first.timestamp);
  EXPECT_NE(all()[0].json.find("two"), std::string::npos);
  EXPECT_EQ(refused(edit("ann", 1, "x", "m-2")), std::nullopt);
  EXPECT_EQ(refused(edit("ben", 1, "x", "e-1")), Refusal::id_taken);
}

TEST_F(RevisionsTest, OnlyOnesOwnTextsAreChanged) {
  say("ann", "m-1");
  say("ann", "m-2", 300);
  say("ann", "m-3", 1100);
  revise(edit("ann", 1, "x"));
  EXPECT_EQ(refused(edit("ben", 1, "x")), Refusal::not_allowed);
  EXPECT_EQ(refused(edit("ann", 2, "x")), Refusal::not_allowed) << "a picture";
  EXPECT_EQ(refused(edit("ann", 3, "x")), Refusal::not_allowed) << "no message at all";
  EXPECT_EQ(refused(edit("ann", 4, "x")), Refusal::not_allowed) << "an edit";
  EXPECT_EQ(refused(recall("ann", 4)), Refusal::not_allowed);
  for (const std::uint64_t seq : {0ULL, 5ULL, ~0ULL})
    EXPECT_EQ(refused(edit("ann", seq, "x")), Refusal::no_such_message) << seq;
  EXPECT_EQ(refused(recall("ann", 2)), std::nullopt);
  Revision everybody = edit("ann", 1, "x");
  everybody.draft.mentions_everybody = true;
  EXPECT_EQ(refused(everybody), Refusal::not_allowed);
}

TEST_F(RevisionsTest, WhoLeadsTakesAnythingBackAtAnyTime) {
  say("ann", "m-1");
  Revision late = recall("ben", 1);
  late.window = {};
  EXPECT_EQ(refused(late), Refusal::not_allowed);
  command("HSET", "user_id:ben", "role_id", 1);
  EXPECT_EQ(refused(edit("ben", 1, "x")), Refusal::not_allowed);
  EXPECT_FALSE(refused(late));
}

TEST_F(RevisionsTest, AGroupsAdministratorLeadsTheGroup) {
  Draft said = draft("ann", "m-1");
  said.conversation = Conversation::group("g1");
  await(messages_.append(said));
  Revision revision = recall("eve", 1);
  revision.draft.conversation = Conversation::group("g1");
  EXPECT_EQ(refused(revision), Refusal::not_a_member);
  revision.draft.sender = "ben";
  revision.window = {};
  EXPECT_FALSE(refused(revision));
  EXPECT_EQ(bus("bus:all").back().find("to=g:g1 b=told s=2 "), 0U);
}

TEST_F(RevisionsTest, ThereIsATimeForIt) {
  say("ann", "m-1");
  Revision late = edit("ann", 1, "x");
  late.window = {};
  EXPECT_EQ(refused(late), Refusal::too_late);
  late.text.clear();
  EXPECT_EQ(refused(late), Refusal::too_late);
  command("ZADD", "message:users:[ann,ben]", "1795221017.5",
          R"({"type":103,"sender_id":"ann","mess":"old","timestamp":1795221017.5})");
  Revision old = edit("ann", 1, "x");
  old.draft.conversation = Conversation::direct("ann", "ben");
  old.draft.receiver = "ben";
  old.window = std::chrono::microseconds(1);
  EXPECT_EQ(refused(old), Refusal::too_late);
  old.window = hours(24 * 365 * 20);
  EXPECT_FALSE(refused(old));
  EXPECT_EQ(
      command("ZRANGE", "message:users:[ann,ben]", 0, 0)
          .at(0)
          .text.find(
              R"({"type":103,"sender_id":"ann","mess":"x","timestamp":1795221017.5,"edited":)"),
      0U);
}

TEST_F(RevisionsTest, MessagesOfTheOriginalThatShareATimeStay) {
  command("ZADD", "message:common_id:0", "1995221017.5",
          R"({"type":100,"sender_id":"ann","mess":"a"})", "1995221017.5",
          R"({"type":100,"sender_id":"ann","mess":"b"})", "1995221018.5", "no json");
  EXPECT_EQ(refused(edit("ann", 1, "x")), Refusal::not_allowed);
  EXPECT_EQ(refused(edit("ann", 3, "x")), Refusal::no_such_message);
}

TEST_F(RevisionsTest, TheyCountAsMessagesOfTheirSender) {
  say("ann", "m-1");
  Revision revision = edit("ann", 1, "x");
  revision.draft.rate = {2, 0.001};
  EXPECT_FALSE(refused(revision));
  EXPECT_FALSE(refused(revision));
  EXPECT_EQ(refused(revision), Refusal::rate_limited);
  command("HSET", "user_id:ann", "is_active", 0);
  EXPECT_EQ(refused(revision), Refusal::disabled);
}

}  // namespace
}  // namespace chat::store
