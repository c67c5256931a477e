#include "websocket/utf8.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>

namespace chat::websocket {
namespace {

std::string encode(std::uint32_t point) {
  const auto tail = [point](int shift) {
    return static_cast<char>(0x80 | (point >> shift & 0x3F));
  };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xC0 | point >> 6), tail(0)};
  if (point < 0x10000) return {static_cast<char>(0xE0 | point >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | point >> 18), tail(12), tail(6), tail(0)};
}

// Where the validator first refuses `text` when it is fed byte by byte.
std::optional<std::size_t> refused_at(std::string_view text) {
  Utf8Validator validator;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!validator.feed(text.substr(i, 1))) return i;
  return std::nullopt;
}

TEST(Utf8, EveryCodePointIsValidButSurrogates) {
  for (std::uint32_t point = 0; point <= 0x10FFFF; ++point) {
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    ASSERT_EQ(is_valid_utf8(encode(point)), !surrogate) << std::hex << point;
  }
  for (const std::uint32_t point : {0x110000u, 0x13FFFFu, 0x140000u, 0x1FFFFFu})
    EXPECT_FALSE(is_valid_utf8(encode(point))) << std::hex << point;
}

TEST(Utf8, RefusesAtTheFirstByteThatCannotBeRight) {
  struct Case {
    std::string_view text;
    std::size_t refused_at;
  };
  const Case cases[] = {
      {"\x80", 0},  // continuation alone
      {"a\xBF", 1},
      {"\xC0\x80", 0},  // overlong NUL
      {"\xC1\xBF", 0},
      {"\xE0\x80\xAF", 1},  // overlong solidus
      {"\xE0\x9F\xBF", 1},
      {"\xF0\x80\x80\xAF", 1},
      {"\xF0\x8F\xBF\xBF", 1},
      {"\xED\xA0\x80", 1},      // first surrogate
      {"\xED\xBF\xBF", 1},      // last surrogate
      {"\xF4\x90\x80\x80", 1},  // U+110000
      {"\xF5\x80\x80\x80", 0},
      {"\xF8\x88\x80\x80\x80", 0},  // five bytes
      {"\xFE", 0},
      {"\xFF", 0},
      {"\xC2\x41", 1},  // continuation missing
      {"\xC2\xC2", 1},
      {"\xE2\x82\x41", 2},
      {"\xF0\x9F\x92\x41", 3},
      {"caf\xC3\xA9 \xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5\xED\xA0\x80 edited", 18},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(refused_at(c.text), c.refused_at) << testing::PrintToString(std::string(c.text));
    EXPECT_FALSE(is_valid_utf8(c.text));
  }
}

TEST(Utf8, TextIsIncompleteWithinACodePoint) {
  const std::string text = encode(0x41) + encode(0xE9) + encode(0x4F60) + encode(0x1F600);
  const std::set<std::size_t> boundaries{0, 1, 3, 6, 10};
  for (std::size_t size = 0; size <= text.size(); ++size) {
    Utf8Validator validator;
    EXPECT_TRUE(validator.feed(text.substr(0, size)));
    const bool boundary = boundaries.contains(size);
    EXPECT_EQ(validator.complete(), boundary) << size;
    EXPECT_EQ(is_valid_utf8(text.substr(0, size)), boundary) << size;
    EXPECT_TRUE(validator.feed(text.substr(size)));
    EXPECT_TRUE(validator.complete());
  }
}

TEST(Utf8, FindsABadByteAnywhereInLongAscii) {
  for (std::size_t at = 0; at < 100; ++at) {
    std::string text(100, 'x');
    EXPECT_TRUE(is_valid_utf8(text));
    text[at] = '\xFF';
    EXPECT_FALSE(is_valid_utf8(text)) << at;
    text.replace(at, 1, encode(0x4F60));
    EXPECT_TRUE(is_valid_utf8(text)) << at;
  }
}

TEST(Utf8, FindsABadByteAnywhereInLongChinese) {
  std::string good;
  for (std::uint32_t point = 0x4F60; good.size() < 90; ++point) good += encode(point);
  ASSERT_TRUE(is_valid_utf8(good));
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char bad : {'\xFF', '\xC3', 'a'}) {
      std::string text = good;
      text[at] = bad;
      EXPECT_FALSE(is_valid_utf8(text)) << at;
    }
    EXPECT_EQ(is_valid_utf8(good.substr(at)), at % 3 == 0) << at;
  }
}

TEST(Utf8, ResetForgetsAnOpenCodePoint) {
  Utf8Validator validator;
  ASSERT_TRUE(validator.feed("\xF0\x9F"));
  validator.reset();
  EXPECT_TRUE(validator.complete());
  EXPECT_TRUE(validator.feed("plain"));
}

}  // namespace
}  // namespace chat::websocket
