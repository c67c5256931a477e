#include "net/content_disposition.h"

#include <gtest/gtest.h>

namespace chat::net {
namespace {

TEST(ContentDispositionTest, SaysTheNameTwice) {
  EXPECT_EQ(content_disposition(true, "cat.png"),
            "inline; filename=\"cat.png\"; filename*=UTF-8''cat.png");
  EXPECT_EQ(content_disposition(false, "猫 1.png"),
            "attachment; filename=\"_ 1.png\"; filename*=UTF-8''%E7%8C%AB%201.png");
}

TEST(ContentDispositionTest, NothingEndsTheNameEarly) {
  EXPECT_EQ(content_disposition(false, "a\"b\\c%d;e"),
            "attachment; filename=\"a_b_c_d;e\"; filename*=UTF-8''a%22b%5Cc%25d%3Be");
}

}  // namespace
}  // namespace chat::net
