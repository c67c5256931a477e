#include "store/messages.h"

#include <map>
#include <set>

#include "store/store_test.h"

namespace chat::store {
namespace {

class MessagesTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    add_user("ann", "Ann");
    add_user("ben", "Ben");
    add_user("dis", "Dis", false);
    command("ZADD", "group_members:group_id:g1", 1, "ann");
  }

  static Draft draft(Conversation conversation, const std::string& sender,
                     const std::string& id = "") {
    Draft made;
    made.conversation = std::move(conversation);
    made.sender = sender;
    made.id = id;
    made.entry.head = R"({"type":100,"sender_id":")" + sender + R"(","mess":"hi","timestamp":)";
    made.entry.tail = id.empty() ? "}" : R"(,"id":")" + id + "\"}";
    made.entry.body = "body of " + (id.empty() ? sender : id);
    return made;
  }
  static Draft private_draft(const std::string& sender, const std::string& receiver) {
    Draft made = draft(Conversation::direct(sender, receiver), sender);
    made.receiver = receiver;
    return made;
  }
  Stored append(Draft made) { return await(messages_.append(std::move(made))); }
  std::optional<Refusal> refused(Draft made) {
    return refusal_of(messages_.append(std::move(made)));
  }

  // The numbers of a page, checked to go up by one.
  static std::vector<std::uint64_t> numbers(const Page& page) {
    std::vector<std::uint64_t> seqs;
    for (const NumberedMessage& message : page.messages) seqs.push_back(message.seq);
    return seqs;
  }

  Newest newest_{redis_};
  Messages messages_{redis_, kBusLength, newest_};
  const Conversation lobby_ = Conversation::lobby();
};

using Numbers = std::vector<std::uint64_t>;

TEST_F(MessagesTest, StoresWhatTheOriginalStored) {
  const Stored stored = append(draft(lobby_, "ann", "m-1"));
  EXPECT_EQ(stored.seq, 1U);
  EXPECT_FALSE(stored.duplicate);
  EXPECT_FALSE(stored.epoch.empty());

  const Reply list = command("ZRANGE", "message:common_id:0", 0, -1, "WITHSCORES");
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_DOUBLE_EQ(list.at(1).real(), stored.timestamp);
  const std::string conversation_time =
      command("HGET", "conversation:message:common_id:0", "timestamp").text;
  EXPECT_EQ(list.at(0).text, R"({"type":100,"sender_id":"ann","mess":"hi","timestamp":)" +
                                 conversation_time + R"(,"id":"m-1"})");
  // crc32("m-1") is 3468352436
  EXPECT_EQ(command("HGET", "message:index:1", "m-1").text,
            R"({"key":"message:common_id:0","timestamp":)" + conversation_time + "}");
}

TEST_F(MessagesTest, PostsToTheBusInTheSameStep) {
  const Stored stored = append(draft(lobby_, "ann", "m-1"));
  const std::vector<std::string> entries = bus("bus:all");
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].find("to=lobby b=body of m-1 s=1 t=17"), 0U) << entries[0];
  EXPECT_NE(entries[0].find(" e=" + stored.epoch + " o=0"), std::string::npos) << entries[0];
  append(draft(Conversation::group("g1"), "ann"));
  EXPECT_EQ(bus("bus:all").at(1).find("to=g:g1 "), 0U);
}

TEST_F(MessagesTest, PrivateMessagesGoToTheWorkersOfBothOnly) {
  command("HSET", "presence:user:ann", "w1/1", "v1 1", "w1/2", "v1 1");
  EXPECT_FALSE(append(private_draft("ann", "ben")).receiver_online);
  EXPECT_EQ(bus("bus:worker:w1").size(), 1U);

  command("HSET", "presence:user:ben", "w2/9", "legacy 1");
  EXPECT_TRUE(append(private_draft("ann", "ben")).receiver_online);
  EXPECT_EQ(bus("bus:worker:w1").size(), 2U);
  ASSERT_EQ(bus("bus:worker:w2").size(), 1U);
  EXPECT_EQ(bus("bus:worker:w2")[0].find("to=p:ann:ben b=body of ann s=2 "), 0U);
  EXPECT_TRUE(bus("bus:all").empty());
  EXPECT_EQ(command("ZCARD", "message:users:[ann,ben]").integer, 2);
  EXPECT_EQ(append(private_draft("ben", "ann")).seq, 3U) << "one conversation, both ways";
}

TEST_F(MessagesTest, RefusesThoseWhoMayNotWrite) {
  EXPECT_EQ(refused(draft(lobby_, "dis")), Refusal::disabled);
  EXPECT_EQ(refused(draft(lobby_, "nobody")), Refusal::disabled);
  EXPECT_EQ(refused(draft(Conversation::group("g1"), "ben")), Refusal::not_a_member);
  EXPECT_EQ(refused(draft(Conversation::group("none"), "ben")), Refusal::not_a_member);
  EXPECT_EQ(refused(private_draft("ann", "nobody")), Refusal::no_such_user);
  EXPECT_EQ(command("KEYS", "message:*").items.size(), 0U);
  EXPECT_EQ(command("EXISTS", "bus:all").integer, 0);
}

TEST_F(MessagesTest, AnAnswerIsToAMessageThatIsThere) {
  append(draft(lobby_, "ann", "m-1"));
  Draft answer = draft(lobby_, "ben", "m-2");
  answer.reply_to = 2;
  EXPECT_EQ(refused(answer), Refusal::bad_field) << "that would be itself";
  answer.reply_to = ~0ULL;
  EXPECT_EQ(refused(answer), Refusal::bad_field);
  answer.reply_to = 1;
  EXPECT_EQ(append(answer).seq, 2U);
  answer.reply_to = 9;
  EXPECT_TRUE(append(answer).duplicate) << "what is sent again is not looked at";
}

TEST_F(MessagesTest, WhoLeadsAConversationMentionsEverybody) {
  command("HSET", "groups", "g1", R"({"name":"g","admin_id":"ben"})");
  command("ZADD", "group_members:group_id:g1", 2, "ben");
  command("HSET", "user_id:ann", "role_id", 1);
  const auto outcome = [this](Draft made) {
    made.mentions_everybody = true;
    return refused(std::move(made));
  };
  EXPECT_FALSE(outcome(draft(lobby_, "ann")));
  EXPECT_EQ(outcome(draft(lobby_, "ben")), Refusal::not_allowed);
  EXPECT_FALSE(outcome(draft(Conversation::group("g1"), "ben")));
  EXPECT_EQ(outcome(draft(Conversation::group("g1"), "ann")), Refusal::not_allowed);
  EXPECT_EQ(outcome(private_draft("ann", "ben")), Refusal::not_allowed);
}

TEST_F(MessagesTest, NobodyStoresNothing) {
  EXPECT_EQ(refused(draft(lobby_, "")), Refusal::disabled);
  EXPECT_EQ(refused(draft(Conversation::group("g1"), "")), Refusal::disabled);
}

TEST_F(MessagesTest, TheSameIdIsStoredOnce) {
  const Stored first = append(draft(lobby_, "ann", "m-1"));
  append(draft(lobby_, "ben", "m-2"));
  const Stored again = append(draft(lobby_, "ann", "m-1"));
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.seq, first.seq);
  EXPECT_DOUBLE_EQ(again.timestamp, first.timestamp);
  EXPECT_EQ(again.epoch, first.epoch);
  EXPECT_EQ(command("ZCARD", "message:common_id:0").integer, 2);
  EXPECT_EQ(bus("bus:all").size(), 2U);
}

TEST_F(MessagesTest, AnIdOfAnotherMessageIsRefused) {
  append(draft(lobby_, "ann", "m-1"));
  EXPECT_EQ(refused(draft(lobby_, "ben", "m-1")), Refusal::id_taken);
  EXPECT_EQ(refused(draft(Conversation::group("g1"), "ann", "m-1")), Refusal::id_taken);
}

TEST_F(MessagesTest, ConcurrentMessagesAreGapFreeAndStrictlyLater) {
  std::vector<coro::Task<Stored>> tasks;
  for (int i = 0; i < 200; ++i)
    tasks.push_back(messages_.append(draft(lobby_, i % 2 == 0 ? "ann" : "ben")));
  const std::vector<Stored> all = await_all(std::move(tasks));
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].seq, i + 1);
    if (i > 0) {
      EXPECT_GT(all[i].timestamp, all[i - 1].timestamp);
    }
  }
  EXPECT_EQ(command("ZCARD", "message:common_id:0").integer, 200);
}

TEST_F(MessagesTest, AClockThatGoesBackKeepsTheOrder) {
  append(draft(lobby_, "ann"));
  command("HSET", "conversation:message:common_id:0", "timestamp", "4000000000.5");
  EXPECT_DOUBLE_EQ(append(draft(lobby_, "ann")).timestamp, 4000000000.500001);
  EXPECT_DOUBLE_EQ(append(draft(lobby_, "ann")).timestamp, 4000000000.500002);
}

TEST_F(MessagesTest, TimestampsAreTheShortestTextPhpWouldWrite) {
  append(draft(lobby_, "ann"));
  const auto text_after = [this](const char* last) {
    command("HSET", "conversation:message:common_id:0", "timestamp", last);
    append(draft(lobby_, "ann"));
    return command("HGET", "conversation:message:common_id:0", "timestamp").text;
  };
  EXPECT_EQ(text_after("4000000000.499999"), "4000000000.5");
  EXPECT_EQ(text_after("4000000001.999999"), "4000000002.0");
  EXPECT_EQ(text_after("4000000009.360009"), "4000000009.36001");
  EXPECT_EQ(text_after("4000000010.0"), "4000000010.000001");
}

TEST_F(MessagesTest, ReadsByNumberAndByTime) {
  std::vector<double> times;
  for (int i = 0; i < 10; ++i) times.push_back(append(draft(lobby_, "ann")).timestamp);

  EXPECT_EQ(numbers(await(messages_.after_seq(lobby_, 0, 3))), (Numbers{1, 2, 3}));
  EXPECT_EQ(numbers(await(messages_.after_seq(lobby_, 8, 5))), (Numbers{9, 10}));
  EXPECT_EQ(numbers(await(messages_.after_seq(lobby_, 10, 5))), Numbers{});
  EXPECT_EQ(numbers(await(messages_.after_seq(lobby_, UINT64_MAX, 5))), Numbers{});
  EXPECT_EQ(numbers(await(messages_.before_seq(lobby_, 4, 2))), (Numbers{2, 3}));
  EXPECT_EQ(numbers(await(messages_.before_seq(lobby_, 3, 5))), (Numbers{1, 2}));
  EXPECT_EQ(numbers(await(messages_.before_seq(lobby_, 1, 5))), Numbers{});
  EXPECT_EQ(numbers(await(messages_.before_seq(lobby_, 0, 5))), Numbers{});
  EXPECT_EQ(numbers(await(messages_.before_seq(lobby_, UINT64_MAX, 2))), (Numbers{9, 10}));
  EXPECT_EQ(numbers(await(messages_.before(lobby_, times[4], 2))), (Numbers{4, 5}));
  EXPECT_EQ(numbers(await(messages_.before(lobby_, times[4] - 1e-6, 2))), (Numbers{3, 4}));
  EXPECT_EQ(numbers(await(messages_.before(lobby_, 1.0, 2))), Numbers{});

  const Page page = await(messages_.after_seq(lobby_, 0, 1));
  EXPECT_EQ(page.newest, 10U);
  EXPECT_EQ(page.oldest, 1U);
  EXPECT_EQ(page.messages[0].json.find(R"({"type":100)"), 0U);
}

TEST_F(MessagesTest, PagingMeetsEveryMessageOnce) {
  for (int i = 0; i < 25; ++i) append(draft(lobby_, "ann"));
  std::set<std::string> seen;
  std::uint64_t before = UINT64_MAX;
  while (before > 1) {
    const Page page = await(messages_.before_seq(lobby_, before, 10));
    ASSERT_FALSE(page.messages.empty());
    for (const NumberedMessage& message : page.messages)
      EXPECT_TRUE(seen.insert(message.json).second);
    before = page.messages.front().seq;
  }
  EXPECT_EQ(seen.size(), 25U);
}

TEST_F(MessagesTest, AnEmptyConversationHasNoEpochYet) {
  const Page page = await(messages_.after_seq(lobby_, 0, 10));
  EXPECT_EQ(page.epoch, "");
  EXPECT_EQ(page.newest, 0U);
  EXPECT_EQ(page.oldest, 0U);
  EXPECT_EQ(command("KEYS", "conversation:*").items.size(), 0U) << "reading writes nothing";
}

TEST_F(MessagesTest, AHandEditStartsANewEpoch) {
  const std::string epoch = append(draft(lobby_, "ann")).epoch;
  append(draft(lobby_, "ann"));
  EXPECT_EQ(await(messages_.after_seq(lobby_, 0, 10)).epoch, epoch);
  command("ZREMRANGEBYRANK", "message:common_id:0", 0, 0);
  const Page page = await(messages_.after_seq(lobby_, 0, 10));
  EXPECT_NE(page.epoch, epoch);
  EXPECT_EQ(numbers(page), Numbers{1});
  const Stored next = append(draft(lobby_, "ann"));
  EXPECT_EQ(next.seq, 2U);
  EXPECT_EQ(next.epoch, page.epoch);
}

TEST_F(MessagesTest, TrimmedMessagesKeepTheirNumbers) {
  for (int i = 0; i < 5; ++i) append(draft(lobby_, "ann"));
  command("ZREMRANGEBYRANK", "message:common_id:0", 0, 1);
  command("HSET", "conversation:message:common_id:0", "trimmed", 2);
  const Page page = await(messages_.after_seq(lobby_, 0, 10));
  EXPECT_EQ(numbers(page), (Numbers{3, 4, 5}));
  EXPECT_EQ(page.oldest, 3U);
  EXPECT_EQ(numbers(await(messages_.before_seq(lobby_, 5, 10))), (Numbers{3, 4}));
  EXPECT_EQ(append(draft(lobby_, "ann")).seq, 6U);
}

TEST_F(MessagesTest, HeadsOfManyConversations) {
  append(draft(lobby_, "ann"));
  const Stored last = append(draft(lobby_, "ann"));
  std::vector<Conversation> asked{lobby_, Conversation::group("g1")};
  const std::vector<Head> heads = await(messages_.heads(asked));
  ASSERT_EQ(heads.size(), 2U);
  EXPECT_EQ(heads[0].newest, 2U);
  EXPECT_EQ(heads[0].epoch, last.epoch);
  EXPECT_EQ(heads[1].newest, 0U);
}

TEST_F(MessagesTest, AKeyOfTheWrongTypeLeavesNothingBehind) {
  for (const char* key : {"message:common_id:0", "conversation:message:common_id:0",
                          "message:index:1", "user_id:ann"}) {
    command("FLUSHALL");
    add_user("ann", "Ann");
    command("DEL", key);
    command("SET", key, "text");
    EXPECT_EQ(refused(draft(lobby_, "ann", "m-1")), Refusal::storage_unavailable) << key;
    EXPECT_EQ(command("EXISTS", "bus:all").integer, 0) << key;
    EXPECT_EQ(command("GET", key).text, "text");
  }
}

TEST_F(MessagesTest, NumbersOldDataAsItStands) {
  load_legacy_data();
  const Conversation team = Conversation::group("6b00e619c0a5a");
  const Page page = await(messages_.before(team, 2e9, 10));
  EXPECT_EQ(numbers(page), (Numbers{1, 2, 3}));
  EXPECT_FALSE(page.epoch.empty());
  EXPECT_NE(page.messages[1].json.find("team talk"), std::string::npos);

  const std::string alice = "6b00e6162e0e8";
  const Stored next = append(draft(team, alice, "new"));
  EXPECT_EQ(next.seq, 4U);
  EXPECT_EQ(next.epoch, page.epoch);

  const Stored again = append(draft(team, alice, "ba414e5a-3579-4901-8d68-813962bc269d"));
  EXPECT_TRUE(again.duplicate) << "ids of the original count";
  EXPECT_EQ(again.seq, 2U);
  EXPECT_DOUBLE_EQ(again.timestamp, 1795221018.590798);

  const Conversation direct = Conversation::direct("6b00e616dc54a", alice);
  EXPECT_EQ(numbers(await(messages_.after_seq(direct, 0, 10))), Numbers{1});
}

TEST_F(MessagesTest, EqualTextAndTimeInOldDataStayApart) {
  command("ZADD", "message:common_id:0", "5.5", R"({"id":"a"})", "5.5", R"({"id":"b"})");
  EXPECT_EQ(numbers(await(messages_.after_seq(lobby_, 0, 10))), (Numbers{1, 2}));
  const Stored next = append(draft(lobby_, "ann"));
  EXPECT_EQ(next.seq, 3U);
}

// Redis dies while messages are under way: those acknowledged are there, in order, exactly once.
TEST_F(MessagesTest, AcknowledgedMessagesSurviveAKilledRedis) {
  RedisServer own({"--appendonly", "yes", "--appendfsync", "always"});
  Redis redis(loop_.base(), own.options());
  await(redis.ready());
  await(redis.command("HSET", "user_id:ann", "is_active", "1"));
  Newest newest(redis);
  Messages messages(redis, kBusLength, newest);
  std::map<std::string, std::uint64_t> acknowledged;
  int ended = 0;
  constexpr int kMessages = 2000;
  const auto send = [](Messages& to, Draft made, std::map<std::string, std::uint64_t>& acks,
                       int& count) -> coro::Task<void> {
    const std::string id = made.id;
    try {
      const Stored stored = co_await to.append(std::move(made));
      acks[id] = stored.seq;
    } catch (const Rejected&) {
    }
    ++count;
  };
  for (int i = 0; i < kMessages; ++i) {
    coro::spawn(
        send(messages, draft(lobby_, "ann", "id-" + std::to_string(i)), acknowledged, ended));
    if (i % 50 == 0) loop_.run_once(std::chrono::milliseconds(5));
    if (i == kMessages / 2) own.stop(SIGKILL);
  }
  wait_until([&] { return ended == kMessages; });
  ASSERT_GT(acknowledged.size(), 0U);
  ASSERT_LT(acknowledged.size(), static_cast<std::size_t>(kMessages));

  own.start();
  await(redis.ready());
  const Page page = await(messages.after_seq(lobby_, 0, kMessages));
  std::map<std::string, std::uint64_t> stored;
  for (const NumberedMessage& message : page.messages) {
    const std::size_t at = message.json.find("\"id\":\"") + 6;
    const std::string id = message.json.substr(at, message.json.find('"', at) - at);
    EXPECT_TRUE(stored.emplace(id, message.seq).second) << id << " is there twice";
  }
  for (const auto& [id, seq] : acknowledged) EXPECT_EQ(stored[id], seq) << id;
}

}  // namespace
}  // namespace chat::store
