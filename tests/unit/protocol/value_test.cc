#include "protocol/value.h"

#include <gtest/gtest.h>

namespace chat::protocol {
namespace {

TEST(Value, SaysOfWhatKindItIs) {
  EXPECT_TRUE(Value().is_null());
  EXPECT_EQ(*Value(true).as_bool(), true);
  EXPECT_EQ(*Value(7).as_int(), 7);
  EXPECT_EQ(*Value(0.5).as_real(), 0.5);
  EXPECT_EQ(*Value("text").as_string(), "text");
  EXPECT_EQ(Value("7").as_int(), nullptr);
  EXPECT_EQ(Value(7).as_real(), nullptr);
  EXPECT_EQ(Value(Value::Array{1, 2}).as_array()->size(), 2U);
}

TEST(Value, TakesBothKindsOfNumberForANumber) {
  EXPECT_EQ(Value(7).as_number(), 7.0);
  EXPECT_EQ(Value(7.5).as_number(), 7.5);
  EXPECT_EQ(Value("7").as_number(), std::nullopt);
}

TEST(Value, FindsByKeyInMapsOnly) {
  const Value map(Value::Map{{"a", 1}, {"b", nullptr}});
  EXPECT_EQ(*map.find("a"), Value(1));
  EXPECT_TRUE(map.find("b")->is_null());
  EXPECT_EQ(map.find("c"), nullptr);
  EXPECT_EQ(Value("a").find("a"), nullptr);
}

TEST(Value, IsEmptyAsInPhp) {
  const Value empty[] = {
      Value(),    Value(false),          Value(0),           Value(0.0), Value(""),
      Value("0"), Value(Value::Array{}), Value(Value::Map{})};
  for (const Value& value : empty) EXPECT_TRUE(value.is_empty());
  const Value full[] = {Value(true), Value(-1), Value(0.1), Value("00"), Value(Value::Array{0})};
  for (const Value& value : full) EXPECT_FALSE(value.is_empty());
}

TEST(Value, MapsDifferByTheOrderOfTheirKeys) {
  EXPECT_NE(Value(Value::Map{{"a", 1}, {"b", 2}}), Value(Value::Map{{"b", 2}, {"a", 1}}));
}

}  // namespace
}  // namespace chat::protocol
