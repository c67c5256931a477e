#include "protocol/message_types.h"

#include <gtest/gtest.h>

namespace chat::protocol {
namespace {

TEST(MessageTypes, AreFoundByNumber) {
  ASSERT_NE(type_info(205), nullptr);
  EXPECT_EQ(type_info(205)->name, "user_login");
  EXPECT_FALSE(type_info(205)->v1_only);
  EXPECT_TRUE(type_info(type::message_stored)->v1_only);
  for (const int unknown : {-1, 0, 606, 4242}) EXPECT_EQ(type_info(unknown), nullptr);
  EXPECT_EQ(all_types().front().number, type::welcome);
}

TEST(MessageTypes, PrivateOnesBelongTogether) {
  for (const int base : {100, 300, 400, 500, 1000}) {
    EXPECT_TRUE(is_private(base + 3));
    EXPECT_EQ(self_type(base + 3), base + 1);
    EXPECT_EQ(other_type(base + 3), base + 2);
    for (const int other : {base, base + 1, base + 2}) EXPECT_FALSE(is_private(other));
  }
  EXPECT_FALSE(is_private(type::user_query));
}

}  // namespace
}  // namespace chat::protocol
