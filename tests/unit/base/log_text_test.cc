#include "base/log_text.h"

#include <gtest/gtest.h>

namespace chat::log {
namespace {

std::string json_text(std::string_view text) {
  std::string line;
  append_json_text(line, text);
  return line;
}

std::string plain_text(std::string_view text) {
  std::string line;
  append_plain_text(line, text);
  return line;
}

TEST(LogText, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(json_text("worker 3 is up"), "worker 3 is up");
  EXPECT_EQ(plain_text("worker 3 is up"), "worker 3 is up");
}

TEST(LogText, KeepsWellFormedUtf8) {
  const std::string_view text = "\u00e9 \u4f60\u597d \U0001F600";
  EXPECT_EQ(json_text(text), text);
  EXPECT_EQ(plain_text(text), text);
}

TEST(LogText, EscapesWhatWouldEndAJsonString) {
  EXPECT_EQ(json_text("a\"b\\c"), R"(a\"b\\c)");
  EXPECT_EQ(plain_text("a\"b\\c"), "a\"b\\c");
}

TEST(LogText, EscapesControlBytes) {
  EXPECT_EQ(json_text(std::string_view("\n\0\x1b\x7f", 4)), R"(\u000a\u0000\u001b\u007f)");
  EXPECT_EQ(plain_text("\n\x1b[31m"), R"(\x0a\x1b[31m)");
}

TEST(LogText, ReplacesBytesThatAreNoUtf8) {
  EXPECT_EQ(json_text("\xff"), "\\ufffd");
  EXPECT_EQ(json_text("\xc0\xaf"), "\\ufffd\\ufffd") << "overlong";
  EXPECT_EQ(json_text("\xe0\x80\x80"), "\\ufffd\\ufffd\\ufffd") << "overlong";
  EXPECT_EQ(json_text("\xed\xa0\x80"), "\\ufffd\\ufffd\\ufffd") << "surrogate";
  EXPECT_EQ(json_text("\xf4\x90\x80\x80"), "\\ufffd\\ufffd\\ufffd\\ufffd") << "above U+10FFFF";
  EXPECT_EQ(json_text("\xe4\xbd"), "\\ufffd\\ufffd") << "cut off";
  EXPECT_EQ(plain_text("\xff"), "\\xff");
}

}  // namespace
}  // namespace chat::log
