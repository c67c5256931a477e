#include "protocol/codec.h"

#include <gtest/gtest.h>

#include "support.h"

namespace chat::protocol {
namespace {

Value json(std::string_view text) { return decode(Wire::legacy, text); }

template <class M>
std::string refusal(std::string_view text) {
  return refusal_of([&] { read<M>(json(text)); });
}

TEST(Codec, ReadsTheEnvelopeInEverySpelling) {
  const auto envelope = read<Envelope>(json(
      R"({"type":103,"session_id":"s","sender_id":0,"receiver_id":"b","trace_id":7,"id":null})"));
  EXPECT_EQ(envelope.type, 103);
  EXPECT_EQ(envelope.session_id, "s");
  EXPECT_EQ(envelope.sender_id, "0");
  EXPECT_EQ(envelope.receiver_id, LooseText("b"));
  EXPECT_EQ(envelope.trace_id, "7");
  EXPECT_EQ(envelope.id, "");
}

TEST(Codec, NeedsAUsableType) {
  for (const char* text : {"{}", "[]", "7", "\"x\"", R"({"type":"100"})", R"({"type":null})",
                           R"({"type":-1})", R"({"type":100.5})", R"({"type":4294967396})"}) {
    EXPECT_EQ(refusal<Envelope>(text), "bad_format: no usable type") << text;
  }
}

TEST(Codec, BoundsTheIdsThatClientsChoose) {
  const auto with_id = [](std::string_view name, std::size_t size) {
    return "{\"type\":100,\"" + std::string(name) + "\":\"" + std::string(size, 'x') + "\"}";
  };
  for (const char* name : {"trace_id", "id"}) {
    EXPECT_EQ(refusal<SendCommon>(with_id(name, kMaxClientIdSize)), "accepted");
    EXPECT_EQ(refusal<SendCommon>(with_id(name, kMaxClientIdSize + 1)),
              "bad_field: field " + std::string(name) + " must be shorter");
  }
}

TEST(Codec, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(refusal<GroupCreate>(R"({"type":1100})"), "bad_field: field mess must be there");
  EXPECT_EQ(refusal<GroupCreate>(R"({"type":1100,"mess":"g"})"),
            "bad_field: field mess must be a map");
  EXPECT_EQ(refusal<GroupCreate>(R"({"type":1100,"mess":{"name":7,"members":[]}})"),
            "bad_field: field mess.name must be text");
  EXPECT_EQ(refusal<GroupCreate>(R"({"type":1100,"mess":{"name":"g"}})"),
            "bad_field: field mess.members must be there");
  EXPECT_EQ(refusal<GroupCreate>(R"({"type":1100,"mess":{"name":"g","members":{}}})"),
            "bad_field: field mess.members must be a list");
  EXPECT_EQ(refusal<GroupCreate>(R"({"type":1100,"mess":{"name":"g","members":["a",2]}})"),
            "bad_field: field mess.members must be text");
  EXPECT_EQ(refusal<AvatarUpload>(R"({"type":210,"mess":{"path":"p","size":"big"}})"),
            "bad_field: field mess.size must be a whole number");
  EXPECT_EQ(refusal<Register>(R"({"type":204,"username":["x"]})"),
            "bad_field: field username must be text or a number");
  EXPECT_EQ(refusal<RtcSignal>(R"({"type":602})"), "bad_field: field mess must be there");
  EXPECT_EQ(refusal<RtcCreate>(R"({"type":600,"mess":{"video":2}})"),
            "bad_field: field mess.video must be true or false");
}

TEST(Codec, PassesOverUnknownKeys) {
  const auto request = read<GroupJoin>(
      json(R"({"type":1104,"x":{"y":[1]},"mess":{"group_id":"g","members":["a"],"more":true}})"));
  EXPECT_EQ(request.mess, (GroupPeople{"g", {"a"}}));
}

TEST(Codec, ReadsAPasswordThatIsANumber) {
  const auto number = read<Register>(json(R"({"type":204,"username":"n","password":123456})"));
  EXPECT_EQ(number.password.text, "123456");
  const auto missing = read<Register>(json(R"({"type":204,"username":"n"})"));
  EXPECT_EQ(missing.password.text, "");
}

TEST(Codec, KeepsWhatItDoesNotUnderstandOfACall) {
  const auto request = read<RtcCreate>(
      json(R"({"type":600,"mess":{"is_group":true,"later":[1,{}],"video":false}})"));
  EXPECT_TRUE(request.mess.view.is_group);
  EXPECT_FALSE(request.mess.view.video);
  EXPECT_EQ(request.mess.view.room_id, "");
  EXPECT_EQ(encode(Wire::legacy, request.mess.value),
            R"({"is_group":true,"later":[1,{}],"video":false})");
}

TEST(Codec, ReadsEveryFormOfAHistoryCursor) {
  const auto cursor = [](std::string_view mess) {
    return read<HistoryCommon>(json("{\"type\":800,\"mess\":" + std::string(mess) + "}")).mess;
  };
  for (const char* empty : {"\"\"", "null", "0", "[]", "{}"}) {
    EXPECT_EQ(cursor(empty), HistoryCursor()) << empty;
  }
  EXPECT_EQ(cursor("1795221013.7502").until, 1795221013.7502);
  EXPECT_EQ(cursor("1795221013").until, 1795221013.0);
  EXPECT_EQ(cursor(R"({"before_seq":41,"count":20})").before_seq, 41);
  EXPECT_EQ(cursor(R"({"after_seq":7.0,"count":null})").after_seq, 7);
  EXPECT_EQ(refusal<HistoryCommon>(R"({"type":800,"mess":"yesterday"})"),
            "bad_field: field mess must be a time, a map, or empty");
  EXPECT_EQ(refusal<HistoryCommon>(R"({"type":800,"mess":{"count":"x"}})"),
            "bad_field: field mess.count must be a whole number");
}

TEST(Codec, RepeatsAnIdAsItWasSpelled) {
  const auto request = read<GroupMembers>(json(R"({"type":1102,"receiver_id":0,"mess":"g"})"));
  GroupMembersAnswer answer;
  answer.receiver_id = request.receiver_id;
  answer.mess.group_id = request.mess;
  EXPECT_EQ(encode(Wire::legacy, answer),
            R"({"type":1102,"sender_id":"","receiver_id":0,"mess":{"group_id":"g","members":[]},)"
            R"("timestamp":0,"trace_id":""})");
  EXPECT_EQ(*decode(Wire::v1, encode(Wire::v1, answer)).find("receiver_id"), Value("0"));
}

TEST(Codec, KeepsMsgpackFieldsOffTheLegacyWire) {
  Chat chat(type::text);
  chat.conversation = "lobby";
  chat.seq = 9;
  EXPECT_EQ(json(encode(Wire::legacy, chat)).find("seq"), nullptr);
  const Value v1 = decode(Wire::v1, encode(Wire::v1, chat));
  EXPECT_EQ(*v1.find("seq"), Value(9));
  EXPECT_EQ(*v1.find("conversation"), Value("lobby"));
}

TEST(Codec, SaysNothingInTheWayOfEachWire) {
  const UserInfo nobody;
  EXPECT_EQ(encode(Wire::legacy, nobody),
            R"({"type":203,"user":{"user_id":false,"username":false,"avatar":false,)"
            R"("is_online":false},"timestamp":0,"trace_id":""})");
  EXPECT_TRUE(decode(Wire::v1, encode(Wire::v1, nobody)).find("user")->is_null());
  EXPECT_EQ(read<UserInfo>(json(encode(Wire::legacy, nobody))), nobody);

  const GroupListAnswer no_groups;
  EXPECT_EQ(*json(encode(Wire::legacy, no_groups)).find("mess"), Value(Value::Array{}));
  EXPECT_EQ(*decode(Wire::v1, encode(Wire::v1, no_groups)).find("mess"), Value(Value::Map{}));
}

TEST(Codec, SpellsWhatRedisHoldsAsTextOnTheLegacyWire) {
  const GroupMember member{"u", "n", 99, true, "", 1.5};
  EXPECT_EQ(encode(Wire::legacy, member),
            R"({"user_id":"u","username":"n","role_id":"99","is_active":"1","avatar":"",)"
            R"("join_timestamp":1.5})");
  const Value v1 = decode(Wire::v1, encode(Wire::v1, member));
  EXPECT_EQ(*v1.find("role_id"), Value(99));
  EXPECT_EQ(*v1.find("is_active"), Value(true));
  EXPECT_EQ(read<GroupMember>(v1), member);
  EXPECT_EQ(refusal<GroupMember>(
                R"({"user_id":"u","username":"n","role_id":"9x","is_active":"1","avatar":""})"),
            "bad_field: field role_id must be a whole number");
}

TEST(Codec, LeavesTheTraceIdOutOfMessagesInAHistory) {
  HistoryAnswer answer(type::history_personal);
  Chat& chat = answer.mess.emplace_back(type::text_self);
  chat.trace_id = "not here";
  chat.seq = 3;
  const Value v1 = decode(Wire::v1, encode(Wire::v1, answer));
  const Value& inner = v1.find("mess")->as_array()->front();
  EXPECT_EQ(inner.find("trace_id"), nullptr);
  EXPECT_EQ(*inner.find("type"), Value(101));
  EXPECT_EQ(*inner.find("seq"), Value(3));
}

}  // namespace
}  // namespace chat::protocol
