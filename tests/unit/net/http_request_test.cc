#include "net/http_request.h"

#include <gtest/gtest.h>

#include <string>

#include "net/http_request_parser.h"

namespace chat::net {
namespace {

HttpRequest parse(const std::string& head) {
  HttpRequestParser parser{HttpLimits()};
  std::size_t used = 0;
  EXPECT_EQ(parser.feed(head, used), HttpRequestParser::Outcome::complete) << head;
  return parser.take();
}

std::string get(const std::string& fields) {
  return "GET / HTTP/1.1\r\nHost: example.org\r\n" + fields + "\r\n";
}

TEST(HttpRequestTest, ViewsSurviveMoves) {
  HttpRequest request = parse("GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n");
  HttpRequest moved = std::move(request);
  HttpRequest again;
  again = std::move(moved);
  EXPECT_EQ(again.method(), "GET");
  EXPECT_EQ(again.query(), "b");
  EXPECT_EQ(again.header("host"), "h");
}

TEST(HttpRequestTest, KeepAliveDependsOnTheVersion) {
  const auto keeps = [](const std::string& head) { return parse(head).keep_alive(); };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
}

TEST(HttpRequestTest, KnowsItsBody) {
  EXPECT_TRUE(parse(get("Transfer-Encoding: chunked\r\n")).is_chunked());
  EXPECT_TRUE(parse(get("Transfer-Encoding: chunked\r\n")).has_body());
  EXPECT_TRUE(parse(get("Content-Length: 7\r\n")).has_body());
  EXPECT_FALSE(parse(get("Content-Length: 0\r\n")).has_body());
}

TEST(HttpRequestTest, TokensAreWholeListItems) {
  const auto holds = [](const std::string& value) {
    return parse(get("Upgrade: " + value + "\r\n")).asks_for_websocket();
  };
  EXPECT_TRUE(holds("websocket"));
  EXPECT_TRUE(holds("h2c, WebSocket"));
  EXPECT_TRUE(holds(",, websocket ,"));
  EXPECT_FALSE(holds("websockets"));
  EXPECT_FALSE(holds("web socket"));
  EXPECT_FALSE(holds(""));
}

}  // namespace
}  // namespace chat::net
