#include "protocol/value_builder.h"

#include <gtest/gtest.h>

namespace chat::protocol {
namespace {

TEST(ValueBuilder, BuildsNestedContainers) {
  ValueBuilder builder(DecodeLimits{});
  builder.open_map();
  builder.key("list");
  builder.open_array();
  builder.add(1);
  builder.add("two");
  builder.close();
  builder.key("none");
  builder.add(nullptr);
  builder.close();
  EXPECT_EQ(builder.take(), Value(Value::Map{{"list", Value::Array{1, "two"}}, {"none", nullptr}}));
}

TEST(ValueBuilder, HoldsTheDepthExactly) {
  ValueBuilder builder(DecodeLimits{.max_depth = 2, .max_nodes = 100});
  EXPECT_TRUE(builder.open_array());
  EXPECT_TRUE(builder.open_array());
  EXPECT_FALSE(builder.open_array());
  EXPECT_EQ(builder.error(), "nested too deeply");
}

TEST(ValueBuilder, CountsContainersAndLeaves) {
  ValueBuilder builder(DecodeLimits{.max_depth = 16, .max_nodes = 3});
  EXPECT_TRUE(builder.open_array());
  EXPECT_TRUE(builder.add(1));
  EXPECT_TRUE(builder.add(2));
  EXPECT_FALSE(builder.add(3));
  EXPECT_EQ(builder.error(), "too many values");
}

// A map with `count` different keys, and the first of them once more when `repeated`.
bool closes_map(std::size_t count, bool repeated) {
  ValueBuilder builder(DecodeLimits{});
  builder.open_map();
  for (std::size_t at = 0; at < count + (repeated ? 1 : 0); ++at) {
    builder.key("key " + std::to_string(at % count));
    builder.add(1);
  }
  return builder.close();
}

TEST(ValueBuilder, RefusesAKeyThatOccursTwice) {
  for (const std::size_t count : {1U, 2U, 15U, 16U, 17U, 1000U}) {
    EXPECT_TRUE(closes_map(count, false)) << count;
    EXPECT_FALSE(closes_map(count, true)) << count;
  }
}

}  // namespace
}  // namespace chat::protocol
