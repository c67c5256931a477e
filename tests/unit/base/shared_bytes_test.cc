#include "base/shared_bytes.h"

#include <gtest/gtest.h>

#include <vector>

namespace chat {
namespace {

TEST(SharedBytes, IsEmptyByDefault) {
  const SharedBytes bytes;
  EXPECT_TRUE(bytes.empty());
  EXPECT_EQ(bytes.view(), "");
}

TEST(SharedBytes, JoinsTwoPieces) {
  EXPECT_EQ(SharedBytes("head", "tail").view(), "headtail");
  EXPECT_EQ(SharedBytes("", "tail").view(), "tail");
  EXPECT_EQ(SharedBytes("head", "").view(), "head");
}

TEST(SharedBytes, HoldsAnyByte) {
  const std::string_view bytes("a\0b", 3);
  EXPECT_EQ(SharedBytes(bytes).view(), bytes);
}

TEST(SharedBytes, CopiesShareOneBlock) {
  const std::vector<SharedBytes> copies(3, SharedBytes("text"));
  EXPECT_EQ(copies[0].data(), copies[2].data());
}

TEST(SharedBytes, OutlivesTheHolderThatMadeIt) {
  SharedBytes kept;
  {
    const SharedBytes made("text");
    kept = made;
  }
  EXPECT_EQ(kept.view(), "text");
}

TEST(SharedBytes, MovingLeavesNothingBehind) {
  SharedBytes bytes("text");
  const char* data = bytes.data();
  const SharedBytes moved = std::move(bytes);
  EXPECT_EQ(moved.data(), data);
  EXPECT_TRUE(bytes.empty());  // NOLINT(bugprone-use-after-move): what the test is about
}

TEST(SharedBytes, SurvivesAssignmentToItself) {
  SharedBytes bytes("text");
  const SharedBytes& alias = bytes;
  bytes = alias;
  EXPECT_EQ(bytes.view(), "text");
}

}  // namespace
}  // namespace chat
