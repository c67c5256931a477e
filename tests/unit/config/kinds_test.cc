#include "config/kinds.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>

namespace chat::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

template <class Kind>
void expect_refused(std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts)
    EXPECT_THROW(Kind::parse(text), std::invalid_argument) << '"' << text << '"';
}

template <class Kind>
void expect_out_of_range(std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts)
    EXPECT_THROW(Kind::parse(text), std::out_of_range) << '"' << text << '"';
}

TEST(Kinds, IntegerIsDigitsOnly) {
  EXPECT_EQ(kind::Integer::parse("0"), 0U);
  EXPECT_EQ(kind::Integer::parse("65535"), 65535U);
  expect_refused<kind::Integer>({"", "-", "-a", "+1", "1.5", "1 ", "0x10", "ten"});
  expect_out_of_range<kind::Integer>({"-1", "99999999999999999999"});
}

TEST(Kinds, SizeKnowsBinaryUnits) {
  EXPECT_EQ(kind::Size::parse("512"), 512U);
  EXPECT_EQ(kind::Size::parse("64K"), 65536U);
  EXPECT_EQ(kind::Size::parse("64KiB"), 65536U);
  EXPECT_EQ(kind::Size::parse("10MB"), 10U << 20);
  EXPECT_EQ(kind::Size::parse("4G"), 4ULL << 30);
  expect_refused<kind::Size>({"", "K", "64k", "64 K", "1.5M", "64KK"});
  expect_out_of_range<kind::Size>({"-1K", "99999999T"});
}

TEST(Kinds, SizePrintsTheLargestUnitThatDivides) {
  EXPECT_EQ(kind::Size::print(65536), "64K");
  EXPECT_EQ(kind::Size::print(65537), "65537");
  EXPECT_EQ(kind::Size::print(0), "0");
}

TEST(Kinds, DurationKnowsUnitsAndDefaultsToSeconds) {
  EXPECT_EQ(kind::Duration::parse("500ms"), milliseconds(500));
  EXPECT_EQ(kind::Duration::parse("10s"), seconds(10));
  EXPECT_EQ(kind::Duration::parse("10"), seconds(10));
  EXPECT_EQ(kind::Duration::parse("5m"), minutes(5));
  EXPECT_EQ(kind::Duration::parse("12h"), hours(12));
  expect_refused<kind::Duration>({"", "s", "1d", "1 s", "1s1"});
  expect_out_of_range<kind::Duration>({"-1s", "9999999999999999h"});
}

TEST(Kinds, DurationPrintsTheLargestUnitThatDivides) {
  EXPECT_EQ(kind::Duration::print(milliseconds(1500)), "1500ms");
  EXPECT_EQ(kind::Duration::print(seconds(60)), "1m");
  EXPECT_EQ(kind::Duration::print(seconds(0)), "0s");
}

TEST(Kinds, RateIsCountPerUnit) {
  const Rate rate = kind::Rate::parse("60/m");
  EXPECT_EQ(rate.count, 60U);
  EXPECT_EQ(rate.per, seconds(60));
  EXPECT_DOUBLE_EQ(rate.per_second(), 1.0);
  EXPECT_EQ(kind::Rate::print(rate), "60/m");
  EXPECT_LT(kind::Rate::parse("100/h"), kind::Rate::parse("1/s"));
  expect_refused<kind::Rate>({"", "10", "10/", "/s", "10/d", "10/s/s"});
  expect_out_of_range<kind::Rate>({"-1/s"});
}

TEST(Kinds, BooleanHasFourWordsEachWay) {
  for (const char* word : {"on", "true", "yes", "1"}) EXPECT_TRUE(kind::Boolean::parse(word));
  for (const char* word : {"off", "false", "no", "0"}) EXPECT_FALSE(kind::Boolean::parse(word));
  expect_refused<kind::Boolean>({"", "On", "2", "enabled"});
}

TEST(Kinds, TextRefusesControlCharacters) {
  EXPECT_EQ(kind::Text::parse("chat.example.org"), "chat.example.org");
  expect_refused<kind::Text>({"a\nb", std::string_view("a\0b", 3), "\x1b[0m"});
}

TEST(Kinds, PathIsMadeAbsolute) {
  EXPECT_EQ(kind::Path::parse("/var/../tmp/x"), "/tmp/x");
  EXPECT_EQ(kind::Path::parse("var"), (std::filesystem::current_path() / "var").string());
  EXPECT_EQ(kind::Path::parse(""), "");
}

TEST(Kinds, LevelRoundTrips) {
  for (const char* name : {"debug", "info", "warn", "error"})
    EXPECT_EQ(kind::Level::print(kind::Level::parse(name)), name);
  expect_refused<kind::Level>({"", "warning", "INFO"});
}

TEST(Kinds, DurabilityRoundTrips) {
  for (const char* name : {"redis", "disk", "replica"})
    EXPECT_EQ(kind::Durability::print(kind::Durability::parse(name)), name);
  expect_refused<kind::Durability>({"", "Redis", "disks", "aof"});
}

}  // namespace
}  // namespace chat::config
