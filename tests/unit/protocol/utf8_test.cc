#include "protocol/utf8.h"

#include <gtest/gtest.h>

namespace chat::protocol {
namespace {

TEST(Utf8, MeasuresCharacters) {
  EXPECT_EQ(utf8_character_size("a"), 1U);
  EXPECT_EQ(utf8_character_size("\u00e9x"), 2U);
  EXPECT_EQ(utf8_character_size("\u4e2d"), 3U);
  EXPECT_EQ(utf8_character_size("\U0001F600"), 4U);
  EXPECT_EQ(utf8_character_size(""), 0U);
}

TEST(Utf8, AcceptsTheEdgesOfEveryRange) {
  const std::string_view edges[] = {"", std::string_view("\x00\x7F", 2), "\xC2\x80\xDF\xBF",
                                    "\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF",
                                    "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"};
  for (const auto text : edges) EXPECT_TRUE(is_utf8(text));
}

TEST(Utf8, RefusesEverythingElse) {
  const std::string_view bad[] = {
      "\x80",              // a character cannot begin so
      "\xC0\xAF",          // overlong /
      "\xC1\xBF",          // overlong
      "\xE0\x9F\xBF",      // overlong
      "\xF0\x8F\xBF\xBF",  // overlong
      "\xED\xA0\x80",      // surrogate
      "\xF4\x90\x80\x80",  // above U+10FFFF
      "\xF5\x80\x80\x80",  // above U+10FFFF
      "\xFF",
      "\xC3",              // cut short
      "\xE4\xB8",          // cut short
      "\xF0\x9F\x98",      // cut short
      "\xE4\xB8\x41",      // third byte is none
      "\xF0\x9F\x41\x80",  // third byte is none
      "ok\xC3(",
  };
  for (const auto text : bad) EXPECT_FALSE(is_utf8(text)) << text;
}

}  // namespace
}  // namespace chat::protocol
