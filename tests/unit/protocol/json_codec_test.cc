#include "protocol/json_codec.h"

#include <gtest/gtest.h>

#include "support.h"

namespace chat::protocol {
namespace {

Value decoded(std::string_view text) { return decode_json(text, DecodeLimits{}); }

std::string refusal(std::string_view text, const DecodeLimits& limits = {}) {
  return refusal_of([&] { decode_json(text, limits); });
}

TEST(JsonCodec, ReadsEveryKind) {
  EXPECT_EQ(decoded(" {\"a\":[null,true,false,-7,1.5,\"\\u4e2d\\ud83d\\ude00\"]}\n"),
            Value(Value::Map{{"a", Value::Array{nullptr, true, false, -7, 1.5, "中😀"}}}));
}

TEST(JsonCodec, TellsWholeNumbersFromRealOnes) {
  EXPECT_NE(decoded("1").as_int(), nullptr);
  EXPECT_NE(decoded("1.0").as_real(), nullptr);
  EXPECT_EQ(*decoded("9223372036854775807").as_int(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(*decoded("-9223372036854775808").as_int(), std::numeric_limits<std::int64_t>::min());
}

TEST(JsonCodec, TurnsHugeIntegersRealAsPhpDoes) {
  EXPECT_EQ(*decoded("9223372036854775808").as_real(), 9223372036854775808.0);
  EXPECT_EQ(*decoded("123456789012345678901234567890").as_real(), 1.2345678901234568e29);
}

TEST(JsonCodec, RefusesWhatIsNoJson) {
  const std::string_view bad[] = {
      "",        "hello",        "{",        "[1,]",  "{\"a\":1,}", "{a:1}",     "{\"a\" 1}",
      "[1] [2]", "[1]x",         "'a'",      "[01]",  "[1.]",       "[.5]",      "[+1]",
      "[NaN]",   "[Infinity]",   "[1e999]",  "nul",   "\"\\x\"",    "\"\\u12\"", "\"\\ud800\"",
      "\"\n\"",  "\"\xC0\xAF\"", "\"\xFF\"", "// hi", "[1 /**/]",   "\"open",    "{\"a\":}",
  };
  for (const auto text : bad) EXPECT_EQ(refusal(text), "bad_format: malformed JSON") << text;
}

TEST(JsonCodec, RefusesWhatFollowsANul) {
  for (const auto& text : {std::string("{}\0", 3), std::string("{}\0garbage", 10),
                           std::string("\0{}", 3), std::string("\"\0\"", 3)}) {
    EXPECT_EQ(refusal(text), "bad_format: NUL in JSON");
  }
}

TEST(JsonCodec, RefusesAByteOrderMark) {
  EXPECT_EQ(refusal("\xEF\xBB\xBF{\"type\":213}"), "bad_format: byte order mark before JSON");
  EXPECT_EQ(refusal("\xEF\xBB\xBF"), "bad_format: byte order mark before JSON");
  EXPECT_EQ(refusal("{\"type\":213}\xEF\xBB\xBF"), "bad_format: malformed JSON");
}

TEST(JsonCodec, RefusesAKeyThatOccursTwice) {
  EXPECT_EQ(refusal("{\"type\":100,\"type\":204}"), "bad_format: a key occurs twice");
  EXPECT_EQ(refusal("{\"a\":1,\"\\u0061\":2}"), "bad_format: a key occurs twice");
}

TEST(JsonCodec, HoldsTheLimits) {
  EXPECT_EQ(refusal(std::string(16, '[') + std::string(16, ']')), "accepted");
  EXPECT_EQ(refusal(std::string(17, '[') + std::string(17, ']')), "bad_format: nested too deeply");
  EXPECT_EQ(refusal(std::string(100'000, '[')), "bad_format: nested too deeply");
  const DecodeLimits few{.max_depth = 16, .max_nodes = 4};
  EXPECT_EQ(refusal("[1,2,3]", few), "accepted");
  EXPECT_EQ(refusal("[1,2,3,4]", few), "bad_format: too many values");
}

TEST(JsonCodec, WritesWhatItRead) {
  const char* const texts[] = {"null", "[]", "{}", "[[],{}]", "{\"b\":1,\"a\":[1.5,\"x\"]}"};
  for (const char* text : texts) EXPECT_EQ(encode_json(decoded(text)), text);
}

}  // namespace
}  // namespace chat::protocol
