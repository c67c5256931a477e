#include "base/ids.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace chat {
namespace {

bool consists_of(const std::string& text, std::string_view alphabet) {
  return text.find_first_not_of(alphabet) == std::string::npos;
}

constexpr std::string_view kHexDigits = "0123456789abcdef";

TEST(Ids, RandomHexHasExactlyTheDigitsAskedFor) {
  for (const std::size_t digits : {0U, 1U, 7U, 16U, 33U}) {
    const std::string text = random_hex(digits);
    EXPECT_EQ(text.size(), digits);
    EXPECT_TRUE(consists_of(text, kHexDigits)) << text;
  }
}

TEST(Ids, RandomHexUsesEveryDigit) {
  const std::string text = random_hex(4096);
  EXPECT_EQ(std::set<char>(text.begin(), text.end()).size(), 16U);
}

TEST(Ids, NewIdIsShapedLikeUniqid) {
  const std::string id = new_id();
  EXPECT_EQ(id.size(), 13U);
  EXPECT_TRUE(consists_of(id, kHexDigits)) << id;
  const auto seconds = static_cast<double>(std::stoul(id.substr(0, 8), nullptr, 16));
  EXPECT_NEAR(seconds, unix_now(), 2.0);
}

TEST(Ids, TokensHave32CharactersAndDiffer) {
  std::set<std::string> tokens;
  for (int count = 0; count < 1000; ++count) {
    const std::string token = random_token();
    EXPECT_EQ(token.size(), 32U);
    EXPECT_TRUE(consists_of(token, "0123456789abcdefghijklmnopqrstuv")) << token;
    tokens.insert(token);
  }
  EXPECT_EQ(tokens.size(), 1000U);
}

}  // namespace
}  // namespace chat
