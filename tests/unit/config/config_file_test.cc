#include "config/config_file.h"

#include <gtest/gtest.h>

#include "config/config_error.h"

namespace chat::config {
namespace {

ConfigFile parse(std::string_view text) { return parse_config(text, "test.toml"); }

// The value of the only line, `key = TEXT`.
std::string value_of(const std::string& text) { return parse("key = " + text).entries.at(0).value; }

std::string complaint_about(std::string_view text) {
  try {
    parse(text);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "none";
}

TEST(ConfigFile, ReadsSectionsKeysAndLines) {
  const ConfigFile file =
      parse("# comment\nuser = \"chat\"\n\n[server] # more\r\n  port=8443\t# last\n");
  ASSERT_EQ(file.entries.size(), 2U);
  EXPECT_EQ(file.entries[0].section, "");
  EXPECT_EQ(file.entries[0].key, "user");
  EXPECT_EQ(file.entries[0].value, "chat");
  EXPECT_EQ(file.entries[0].line, 2U);
  EXPECT_EQ(file.entries[1].section, "server");
  EXPECT_EQ(file.entries[1].value, "8443");
  EXPECT_EQ(file.entries[1].line, 5U);
  EXPECT_FALSE(file.local_ini);
}

TEST(ConfigFile, ReadsEveryFormOfValue) {
  EXPECT_EQ(value_of("42"), "42");
  EXPECT_EQ(value_of("1_000_000"), "1000000");
  EXPECT_EQ(value_of("-1"), "-1");
  EXPECT_EQ(value_of("true"), "true");
  EXPECT_EQ(value_of("\"a # b\" # c"), "a # b");
  EXPECT_EQ(value_of(R"("q\"b\\t\t")"), "q\"b\\t\t");
  EXPECT_EQ(value_of(R"('C:\path')"), R"(C:\path)");
  EXPECT_EQ(value_of("\"\""), "");
}

TEST(ConfigFile, IgnoresAByteOrderMarkAndTheLackOfAFinalNewline) {
  EXPECT_EQ(parse("\xEF\xBB\xBFkey = 1").entries.size(), 1U);
  EXPECT_TRUE(parse("").entries.empty());
}

TEST(ConfigFile, NamesFileAndLineOfEveryMistake) {
  EXPECT_EQ(complaint_about("\nport"), "test.toml:2: expected `key = value`");
  EXPECT_EQ(complaint_about("po rt = 1"), "test.toml:1: \"po rt\" cannot be a key");
  EXPECT_EQ(complaint_about("= 1"), "test.toml:1: \"\" cannot be a key");
  EXPECT_EQ(complaint_about("[server"), "test.toml:1: the section has no closing ]");
  EXPECT_EQ(complaint_about("[]"), "test.toml:1: a section must be a name such as [server]");
  EXPECT_EQ(complaint_about("user = \"chat"), "test.toml:1: user has no closing quote");
  EXPECT_EQ(complaint_about("user = 'chat"), "test.toml:1: user has no closing quote");
  EXPECT_EQ(complaint_about("user = \"a\" b"),
            "test.toml:1: user is followed by \"b\"; only a comment may follow");
  EXPECT_EQ(complaint_about("user = \"\\x\""),
            "test.toml:1: user holds an escape other than \\\\ \\\" \\n \\t");
}

TEST(ConfigFile, RefusesTextWithoutQuotes) {
  const std::string complaint =
      "test.toml:1: key must be a number, true, false or text in double quotes: key = ";
  EXPECT_EQ(complaint_about("key = chat"), complaint + "\"chat\"");
  EXPECT_EQ(complaint_about("key = 10s # comment"), complaint + "\"10s\"");
  EXPECT_EQ(complaint_about("key = redis://user:secret@host"), complaint + "\"...\"");
  EXPECT_EQ(complaint_about("key = -"), complaint + "\"-\"");
  EXPECT_EQ(complaint_about("key ="), "test.toml:1: key has no value");
  EXPECT_EQ(complaint_about("key = [1]"), "test.toml:1: key is one text: key = \"one, two\"");
}

TEST(ConfigFile, RefusesAKeyGivenTwice) {
  EXPECT_EQ(complaint_about("[server]\nport = 1\nport = 2"),
            "test.toml:3: port is given twice, first in line 2");
}

TEST(ConfigFile, KnowsALocalIni) {
  const ConfigFile file =
      parse("; comment\nbandwidth = 100 ; Mbit\n[ssl]\nlocal_cert=/etc/a b.pem\n");
  EXPECT_TRUE(file.local_ini);
  ASSERT_EQ(file.entries.size(), 2U);
  EXPECT_EQ(file.entries[0].value, "100");
  EXPECT_EQ(file.entries[1].value, "/etc/a b.pem");
  EXPECT_TRUE(parse("[security]").local_ini);
}

TEST(ConfigFile, SaysWhyAFileCannotBeRead) {
  EXPECT_THROW(read_config_file("/nowhere/chatd.toml"), ConfigError);
  EXPECT_THROW(read_config_file("/dev/zero"), ConfigError);
  EXPECT_THROW(read_config_file("/tmp"), ConfigError);
}

}  // namespace
}  // namespace chat::config
