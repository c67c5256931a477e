#include "websocket/token_scanner.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chat::websocket {
namespace {

std::vector<std::string> elements(std::string_view text) {
  std::vector<std::string> found;
  TokenScanner scanner(text);
  while (scanner.next_element()) found.emplace_back(scanner.element());
  return found;
}

TEST(TokenScanner, ListsElementsWithoutSpaceAndEmptyOnes) {
  using List = std::vector<std::string>;
  EXPECT_EQ(elements("keep-alive, Upgrade"), (List{"keep-alive", "Upgrade"}));
  EXPECT_EQ(elements(" ,\ta b\t,, c ,"), (List{"a b", "c"}));
  EXPECT_EQ(elements(""), List{});
  EXPECT_EQ(elements(" , ,"), List{});
}

TEST(TokenScanner, ReadsTokensUpToASeparator) {
  TokenScanner scanner("chat.msgpack.v1; q=\"10\" , next");
  EXPECT_EQ(scanner.token(), "chat.msgpack.v1");
  EXPECT_FALSE(scanner.at_element_end());
  EXPECT_TRUE(scanner.take(';'));
  EXPECT_EQ(scanner.token(), "q");
  EXPECT_TRUE(scanner.take('='));
  EXPECT_EQ(scanner.parameter_value(), "10");
  EXPECT_FALSE(scanner.take(';'));
  EXPECT_TRUE(scanner.at_element_end());
}

TEST(TokenScanner, KnowsWhatIsNoToken) {
  for (const std::string_view text : {"", "@", "\"a\"", "(a", "\xC3\xA9", "\x01", "=x", "/"})
    EXPECT_TRUE(TokenScanner(text).token().empty()) << text;
}

TEST(TokenScanner, QuotedValueMustHoldAToken) {
  for (const std::string_view text : {"\"\"", "\"a", "\"a b\"", "\"a\\\"\"", "\"", ""})
    EXPECT_TRUE(TokenScanner(text).parameter_value().empty()) << text;
  EXPECT_EQ(TokenScanner("\"a\"").parameter_value(), "a");
}

TEST(TokenScanner, ComparesLettersInAnyCase) {
  EXPECT_TRUE(equal_ignoring_case("WebSocket", "websocket"));
  EXPECT_FALSE(equal_ignoring_case("websocket", "websockets"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
}

}  // namespace
}  // namespace chat::websocket
