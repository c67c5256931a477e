#include "store/peers.h"

#include "store/messages.h"
#include "store/store_test.h"

namespace chat::store {
namespace {

using Ids = std::vector<std::string>;

class PeersTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    for (const char* id : {"ann", "ben", "cyd"}) add_user(id, id);
  }
  void send(const std::string& from, const std::string& to) {
    Newest newest(redis_);
    Messages messages(redis_, kBusLength, newest);
    Draft draft;
    draft.conversation = Conversation::direct(from, to);
    draft.sender = from;
    draft.receiver = to;
    draft.entry = {R"({"timestamp":)", "}", "body"};
    await(messages.append(std::move(draft)));
  }
  Ids of(const std::string& user, std::size_t count = 10) { return await(peers_.of(user, count)); }

  Peers peers_{redis_};
};

TEST_F(PeersTest, LatestFirstForBothSides) {
  send("ann", "ben");
  send("cyd", "ann");
  EXPECT_EQ(of("ann"), (Ids{"cyd", "ben"}));
  EXPECT_EQ(of("ben"), Ids{"ann"});
  send("ben", "ann");
  EXPECT_EQ(of("ann"), (Ids{"ben", "cyd"}));
  EXPECT_EQ(of("ann", 1), Ids{"ben"});
  send("ann", "ann");
  EXPECT_EQ(of("ann").front(), "ann") << "notes to oneself";
  EXPECT_TRUE(of("nobody").empty());
}

TEST_F(PeersTest, ConversationsOfTheOriginalAreAddedOnce) {
  command("ZADD", "message:users:[ann,ben]", "1795221017.200314", "{}", "1795221018.5", "{} ");
  command("ZADD", "message:users:[ann,cyd]", "1795221016", "{}");
  for (int i = 0; i < 2000; ++i) command("SET", "other:" + std::to_string(i), 1);
  await(peers_.index_all());
  EXPECT_EQ(of("ann"), (Ids{"ben", "cyd"}));
  EXPECT_EQ(command("ZSCORE", "user_peers:user_id:ben", "ann").text, "1795221018.5");
  command("DEL", "user_peers:user_id:ann");
  await(peers_.index_all());
  EXPECT_TRUE(of("ann").empty()) << "a worker began just now";
}

TEST_F(PeersTest, IndexingTakesNothingBack) {
  command("ZADD", "message:users:[ann,ben]", "1795221017", "{}");
  command("ZADD", "user_peers:user_id:ann", "1995221017", "ben");
  await(peers_.index_all());
  EXPECT_EQ(command("ZSCORE", "user_peers:user_id:ann", "ben").text, "1995221017");
}

}  // namespace
}  // namespace chat::store
