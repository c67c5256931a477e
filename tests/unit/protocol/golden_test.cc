// The bytes of every message on both wires, in tests/golden/messages.jsonl: they change only when
// somebody means it. `CHATD_UPDATE_GOLDEN=1 make unit-protocol` writes the file anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "protocol/registry.h"
#include "sample.h"
#include "support.h"

namespace chat::protocol {
namespace {

constexpr char kGoldenFile[] = "tests/golden/messages.jsonl";

bool is_v1_only(int type) { return type_info(type)->v1_only; }

template <class M>
Value::Map golden_entry(const M& message, int type) {
  Value::Map entry{{"message", info_of(std::type_identity<M>{}).name},
                   {"type", type},
                   {"v1", to_hex(encode(Wire::v1, message))}};
  if (!is_v1_only(type)) entry.emplace_back("legacy", encode(Wire::legacy, message));
  return entry;
}

std::string golden_lines() {
  std::string lines;
  const auto add = [&]<class M>(std::type_identity<M>) {
    for (const int type : M::kTypes) {
      for (const Filled filled : {Filled::everything, Filled::only_required}) {
        lines += encode_json(golden_entry(Sampler(filled).message<M>(type), type)) + "\n";
      }
    }
  };
  for_each_request(add);
  for_each_event(add);
  return lines;
}

std::string checked_in() {
  std::ifstream file(kGoldenFile, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

TEST(Golden, BytesOfEveryMessageAreAsCheckedIn) {
  const std::string lines = golden_lines();
  if (std::getenv("CHATD_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(kGoldenFile, std::ios::binary) << lines;
  }
  std::istringstream expected(checked_in());
  std::istringstream actual(lines);
  std::string expected_line;
  for (std::string line; std::getline(actual, line);) {
    ASSERT_TRUE(std::getline(expected, expected_line)) << "not in the file: " << line;
    EXPECT_EQ(line, expected_line);
  }
  EXPECT_FALSE(std::getline(expected, expected_line)) << "only in the file: " << expected_line;
}

template <class M>
void expect_survival(const M& message) {
  EXPECT_EQ(read<M>(decode(Wire::v1, encode(Wire::v1, message))), message);
  const std::string legacy = encode(Wire::legacy, message);
  EXPECT_EQ(encode(Wire::legacy, read<M>(decode(Wire::legacy, legacy))), legacy);
}

TEST(Golden, EveryMessageSurvivesBothWires) {
  const auto check = []<class M>(std::type_identity<M>) {
    for (const int type : M::kTypes) {
      expect_survival(Sampler(Filled::everything).message<M>(type));
      expect_survival(Sampler(Filled::only_required).message<M>(type));
    }
  };
  for_each_request(check);
  for_each_event(check);
}

// Every map of `value`, one level or deeper, without one of its keys at a time.
void expect_no_crash_without_any_key(const Value& whole, int type) {
  for (std::size_t at = 0; at < whole.as_map()->size(); ++at) {
    Value::Map map = *whole.as_map();
    map.erase(map.begin() + static_cast<std::ptrdiff_t>(at));
    const auto attempt = [&]<class M>(std::type_identity<M>) {
      const std::string outcome = refusal_of([&] { read<M>(Value(map)); });
      EXPECT_TRUE(outcome == "accepted" || outcome.starts_with("bad_f")) << outcome;
    };
    with_request(type, attempt);
    with_event(type, attempt);
  }
}

TEST(Golden, AMissingFieldIsAcceptedOrRefusedByName) {
  for (const Value& line : read_json_lines(kGoldenFile)) {
    const Value message = decode(Wire::v1, from_hex(text_member(line, "v1")));
    expect_no_crash_without_any_key(message, static_cast<int>(*line.find("type")->as_int()));
  }
}

}  // namespace
}  // namespace chat::protocol
