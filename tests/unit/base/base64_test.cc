#include "base/base64.h"

#include <gtest/gtest.h>

namespace chat {
namespace {

TEST(Base64Test, GoesThereAndBack) {
  const std::pair<const char*, const char*> pairs[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : pairs) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
  EXPECT_EQ(to_base64("\xfb\xff\xfe"), "+//+");
}

TEST(Base64Test, RefusesTheRest) {
  for (const char* text :
       {"Z", "Zg", "Zg=", "Zg===", "Zh==", "====", "Zm9v\n", "Zm-v", "Z=9v", "Zg==Zg=="})
    EXPECT_FALSE(from_base64(text)) << text;
}

}  // namespace
}  // namespace chat
