#include "protocol/json_writer.h"

#include <gtest/gtest.h>

#include <limits>

namespace chat::protocol {
namespace {

std::string written(std::string_view text) {
  std::string json;
  JsonWriter(json).text(text);
  return json;
}

TEST(JsonWriter, EscapesAsPhpDoes) {
  EXPECT_EQ(written("plain"), R"("plain")");
  EXPECT_EQ(written(R"(a"b\c/d)"), R"("a\"b\\c\/d")");
  EXPECT_EQ(written("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(written(std::string_view("\x00\x01\x1f", 3)), R"("\u0000\u0001\u001f")");
  EXPECT_EQ(written("\x7f<&'>"), "\"\x7f<&'>\"");
  EXPECT_EQ(written("中文é😀"), "\"中文é😀\"");
  EXPECT_EQ(written("\u2027\u2028\u2029\u202a"), "\"\u2027\\u2028\\u2029\u202a\"");
}

TEST(JsonWriter, ReplacesWhatIsNoUtf8) { EXPECT_EQ(written("a\xFF\xC3z"), "\"a\uFFFD\uFFFDz\""); }

TEST(JsonWriter, PutsCommasBetweenAndNowhereElse) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_map(3);
  writer.key("a");
  writer.begin_array(3);
  writer.integer(-1);
  writer.begin_array(0);
  writer.end_array();
  writer.null();
  writer.end_array();
  writer.key("b");
  writer.boolean(false);
  writer.key("c/d");
  writer.real(0.25);
  writer.end_map();
  EXPECT_EQ(json, R"({"a":[-1,[],null],"b":false,"c\/d":0.25})");
}

TEST(JsonWriter, KnowsNoInfinity) {
  std::string json;
  JsonWriter writer(json);
  writer.real(std::numeric_limits<double>::infinity());
  writer.real(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(json, "null,null");
}

}  // namespace
}  // namespace chat::protocol
