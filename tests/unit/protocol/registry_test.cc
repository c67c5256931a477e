#include "protocol/registry.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>
#include <string>

#include "protocol/describe.h"
#include "support.h"

namespace chat::protocol {
namespace {

template <class List>
std::multiset<int> types_of(List list) {
  std::multiset<int> types;
  for_each_message(list, [&]<class M>(std::type_identity<M>) {
    types.insert(M::kTypes.begin(), M::kTypes.end());
  });
  return types;
}

template <class List>
void expect_each_type_once(List list) {
  for (const int type : types_of(list)) {
    EXPECT_EQ(types_of(list).count(type), 1U) << type;
    EXPECT_NE(type_info(type), nullptr) << type;
  }
}

TEST(Registry, NoTwoRequestsShareAType) { expect_each_type_once(Requests{}); }

TEST(Registry, NoTwoEventsShareAType) { expect_each_type_once(Events{}); }

TEST(Registry, EveryTypeIsARequestOrAnEvent) {
  for (const TypeInfo& info : all_types()) {
    const auto used =
        types_of(Requests{}).count(info.number) + types_of(Events{}).count(info.number);
    EXPECT_GE(used, 1U) << info.number;
  }
}

std::set<std::string_view> refusal_codes() {
  return {
#define REFUSAL(code, legacy_type, text, meaning) #code,
#include "base/refusals.def"
#undef REFUSAL
  };
}

TEST(Registry, RequestsNameRefusalsThatExist) {
  const auto codes = refusal_codes();
  for_each_request([&](auto message) {
    std::istringstream named{std::string(info_of(message).refused)};
    for (std::string code; named >> code;) {
      EXPECT_TRUE(codes.contains(code)) << info_of(message).name << " names " << code;
    }
  });
}

TEST(Registry, FindsTheRequestOfAType) {
  std::string found;
  const bool known = with_request(
      303, [&]<class M>(std::type_identity<M> message) { found = info_of(message).name; });
  EXPECT_TRUE(known);
  EXPECT_EQ(found, "SendPersonal");
  EXPECT_FALSE(with_request(type::welcome, [](auto) { FAIL(); }));
}

TEST(Registry, BuildsATableOfRoutes) {
  std::map<int, std::string_view> routes;
  for_each_request([&]<class M>(std::type_identity<M> message) {
    for (const int type : M::kTypes) routes[type] = info_of(message).name;
  });
  EXPECT_EQ(routes.at(1000), "SendCommon");
  EXPECT_EQ(routes.at(215), "Logout");
}

TEST(Registry, ReadsAnyEventFromItsMsgpack) {
  Chat chat(type::text_other);
  chat.sender_id = "alice";
  chat.seq = 7;
  std::string seen;
  with_decoded_event(encode(Wire::v1, chat), [&]<class M>(M&& event) {
    if constexpr (std::is_same_v<M, Chat>) seen = event.sender_id + " " + std::to_string(event.seq);
  });
  EXPECT_EQ(seen, "alice 7");
}

TEST(Registry, RefusesWhatIsNoEvent) {
  const std::string bytes = encode(Wire::v1, Value(Value::Map{{"type", 4242}}));
  EXPECT_EQ(refusal_of([&] { with_decoded_event(bytes, [](auto&&) {}); }),
            "bad_format: no such event");
  EXPECT_EQ(refusal_of([&] { with_decoded_event("\xc1", [](auto&&) {}); }),
            "bad_format: malformed msgpack");
}

}  // namespace
}  // namespace chat::protocol
