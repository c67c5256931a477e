#include "store/conversation.h"

#include <gtest/gtest.h>

namespace chat::store {
namespace {

TEST(ConversationTest, KeysAreThoseOfTheOriginal) {
  EXPECT_EQ(Conversation::lobby().key(), "message:common_id:0");
  EXPECT_EQ(Conversation::group("6b00e619c0a5a").key(), "message:common_id:6b00e619c0a5a");
  EXPECT_EQ(Conversation::group("g").group_id(), "g");
  EXPECT_EQ(Conversation::direct("b", "a").key(), "message:users:[a,b]");
  EXPECT_EQ(Conversation::direct("a", "b").key(), "message:users:[a,b]");
}

}  // namespace
}  // namespace chat::store
