#include "protocol/stored_message.h"

#include <gtest/gtest.h>

#include "protocol/codec.h"
#include "protocol/registry.h"
#include "support.h"

namespace chat::protocol {
namespace {

// The members of all message zsets of the recorded Redis, with their scores.
std::vector<std::pair<std::string, std::string>> recorded_messages() {
  std::vector<std::pair<std::string, std::string>> messages;
  for (const Value& line : read_json_lines("tests/fixtures/legacy-redis.jsonl")) {
    const auto& command = *line.as_array();
    const auto text = [&](std::size_t at) { return *command[at].as_string(); };
    if (text(1) != "ZADD" || !text(2).starts_with("message:")) continue;
    for (std::size_t at = 3; at + 1 < command.size(); at += 2) {
      messages.emplace_back(text(at), text(at + 1));
    }
  }
  return messages;
}

TEST(StoredMessage, KeepsWhatThePhpOriginalStored) {
  const auto messages = recorded_messages();
  ASSERT_EQ(messages.size(), 5U);
  for (const auto& [score, member] : messages) {
    const Chat message = read_stored(member);
    EXPECT_EQ(timestamp_text(message.timestamp), score);
    const StoredParts parts = stored_json_parts(message);
    EXPECT_EQ(parts.head + timestamp_text(message.timestamp) + parts.tail, member);
  }
}

TEST(StoredMessage, OfANewGroupIsItsFirstMessage) {
  GroupCreated created;
  created.sender_id = "a";
  created.receiver_id = "g";
  created.mess = Group{"team/1", "a", 1795225430.5, {}, "g"};
  created.conversation = "group:g";
  created.seq = 1;
  created.trace_id = "tr";
  const StoredParts parts = stored_json_parts(created);
  EXPECT_EQ(parts.head + "1.5" + parts.tail,
            R"({"type":1100,"sender_id":"a","receiver_id":"g","mess":{"name":"team\/1",)"
            R"("admin_id":"a","create_time":1795225430.5,"id":"g"},"timestamp":1.5})");
  EXPECT_EQ(read_stored(parts.head + "1.5" + parts.tail).type, type::group_create);
}

TEST(StoredMessage, EscapesTheIdInTheTail) {
  Chat chat(type::text);
  chat.id = "m\"/1";
  EXPECT_EQ(stored_json_parts(chat).tail, R"(,"id":"m\"\/1"})");
  chat.id.clear();
  EXPECT_EQ(stored_json_parts(chat).tail, "}");
}

TEST(StoredMessage, KeepsWhatOnlyTheMsgpackWireShowsBehindTheRest) {
  Chat chat(type::text);
  chat.reply_to = 7;
  chat.mentions = {"a", "0"};
  chat.id = "m";
  const StoredParts parts = stored_json_parts(chat);
  EXPECT_EQ(parts.tail, R"(,"id":"m","reply_to":7,"mentions":["a","0"]})");
  const Chat read = read_stored(parts.head + "1.5" + parts.tail);
  EXPECT_EQ(read.reply_to, 7);
  EXPECT_EQ(read.mentions, (std::vector<std::string>{"a", "0"}));
}

TEST(StoredMessage, ReadsSpellingsOfOtherOldClients) {
  const Chat chat = read_stored(
      R"({"type":100,"sender_id":"a","receiver_id":0,"mess":"x","timestamp":1795225430,"id":17})");
  EXPECT_EQ(chat.receiver_id.text, "0");
  EXPECT_EQ(chat.timestamp, 1795225430.0);
  EXPECT_EQ(chat.id, "17");
}

// The widest message that a client may send, with the fields that the server adds.
TEST(StoredMessage, IsReadableWheneverItsRequestWas) {
  const DecodeLimits limits;
  Value::Map request{{"type", 1000}, {"mess", Value::Array(limits.max_nodes - 3, Value(7))}};
  const Value decoded = decode(Wire::v1, encode(Wire::v1, Value(request)), limits);
  Chat chat(type::file);
  chat.mess = read<SendCommon>(decoded).mess;
  const StoredParts parts = stored_json_parts(chat);
  EXPECT_EQ(read_stored(parts.head + "1.5" + parts.tail).mess, chat.mess);
  bool seen = false;
  with_decoded_event(encode(Wire::v1, chat), [&](auto&&) { seen = true; });
  EXPECT_TRUE(seen);
}

TEST(StoredMessage, RefusesWhatIsNoMessage) {
  for (const char* member : {"", "{}", "[]", "{\"type\":100}", "{\"type\":100,\"sender_id\":1}"}) {
    EXPECT_THROW(read_stored(member), Rejected) << member;
  }
}

}  // namespace
}  // namespace chat::protocol
