#include "net/http_request_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chat::net {
namespace {

using namespace std::string_literals;
using Outcome = HttpRequestParser::Outcome;

struct Parsed {
  Outcome outcome = Outcome::need_more;
  int status = 0;
  std::size_t used = 0;
  HttpRequest request;
};

// Feeds `head` in pieces that end at each of `cuts` and at the end.
Parsed parse(const std::string& head, const std::vector<std::size_t>& cuts = {},
             const HttpLimits& limits = {}) {
  HttpRequestParser parser(limits);
  Parsed result;
  std::vector<std::size_t> ends = cuts;
  ends.push_back(head.size());
  for (const std::size_t end : ends) {
    std::size_t used = 0;
    const std::span<const char> piece(head.data() + result.used, end - result.used);
    result.outcome = parser.feed(piece, used);
    result.used += used;
    if (result.outcome != Outcome::need_more) break;
    EXPECT_EQ(used, piece.size());
  }
  if (result.outcome == Outcome::complete) result.request = parser.take();
  if (result.outcome == Outcome::refused) result.status = parser.status();
  return result;
}

std::string get(const std::string& fields) {
  return "GET / HTTP/1.1\r\nHost: example.org\r\n" + fields + "\r\n";
}

TEST(HttpRequestParserTest, ReadsARequest) {
  const Parsed parsed = parse(
      "GET /chat%20room/a?x=1&y=%32 HTTP/1.1\r\n"
      "Host: example.org:8443\r\n"
      "Upgrade: WebSocket\r\n"
      "CONNECTION:keep-alive ,\t Upgrade  \r\n"
      "X-Empty:\r\n"
      "X-Twice: a\r\n"
      "x-twice: b \t\r\n"
      "\r\nleftover");
  ASSERT_EQ(parsed.outcome, Outcome::complete);
  const HttpRequest& request = parsed.request;
  EXPECT_EQ(request.method(), "GET");
  EXPECT_EQ(request.version(), "HTTP/1.1");
  EXPECT_EQ(request.target(), "/chat%20room/a?x=1&y=%32");
  EXPECT_EQ(request.path(), "/chat room/a");
  EXPECT_EQ(request.query(), "x=1&y=%32");
  EXPECT_EQ(request.host(), "example.org:8443");
  EXPECT_EQ(request.headers().size(), 6U);
  EXPECT_EQ(request.header("connection"), "keep-alive ,\t Upgrade");
  EXPECT_TRUE(request.has_token("connection", "upgrade"));
  EXPECT_TRUE(request.has_token("connection", "KEEP-ALIVE"));
  EXPECT_FALSE(request.has_token("connection", "close"));
  EXPECT_TRUE(request.asks_for_websocket());
  EXPECT_EQ(request.header("x-empty"), "");
  EXPECT_EQ(request.header("x-none"), std::nullopt);
  EXPECT_EQ(request.header("x-twice"), "a");
  EXPECT_EQ(request.count("x-twice"), 2U);
  EXPECT_FALSE(request.has_body());
  EXPECT_TRUE(request.keep_alive());
}

TEST(HttpRequestParserTest, StopsBehindTheHead) {
  const std::string first = get("");
  HttpRequestParser parser{HttpLimits()};
  const std::string both = first + "POST /b HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\n\r\nok";
  std::size_t used = 0;
  ASSERT_EQ(parser.feed(both, used), Outcome::complete);
  EXPECT_EQ(used, first.size());
  EXPECT_EQ(parser.take().path(), "/");
  EXPECT_FALSE(parser.started());
  ASSERT_EQ(parser.feed(std::span(both).subspan(used), used), Outcome::complete);
  const HttpRequest second = parser.take();
  EXPECT_EQ(second.path(), "/b");
  EXPECT_EQ(second.content_length(), 2U);
}

struct Refusal {
  std::string head;
  int status;
};

const std::vector<Refusal>& refusals() {
  static const std::vector<Refusal> table = {
      // The request line.
      {"\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /\r\nHost: x\r\n\r\n", 400},
      {"GET\r\nHost: x\r\n\r\n", 400},
      {" GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /  HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/1.1 \r\nHost: x\r\n\r\n", 400},
      {"GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET / x HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"G(T / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET: / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET / http/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/1.\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/11\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/1.1x\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/1.10\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTPS/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
      {"GET / HTTP/0.9\r\nHost: x\r\n\r\n", 505},
      {"PRI * HTTP/2.0\r\n\r\n", 505},
      {"\x16\x03\x01\x02", 400},
      // The target.
      {"GET x HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /a/%2e%2E/b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /a%2fb HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /\xc3\xa4 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET http://u@x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"CONNECT /x HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      // Line ends.
      {"GET / HTTP/1.1\nHost: x\n\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\n\n", 400},
      {"GET / HTTP/1.1\rHost: x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\rY: z\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\0y\r\n\r\n"s, 400},
      // Fields.
      {"GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400},
      {get("X: a\r\n b\r\n"), 400},
      {get("X: a\r\n\tb\r\n"), 400},
      {get("X : a\r\n"), 400},
      {get("X\t: a\r\n"), 400},
      {get(": a\r\n"), 400},
      {get("no colon\r\n"), 400},
      {get("X(y): a\r\n"), 400},
      {get("X\xc3: a\r\n"), 400},
      {get("X: a\x01\r\n"), 400},
      {get("X: a\x7f\r\n"), 400},
      {get("X: a\x0b\r\n"), 400},
      // Host.
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
      {"GET http://a/ HTTP/1.1\r\n\r\n", 400},
      // Framing, as used for smuggling.
      {get("Content-Length: 1\r\nContent-Length: 1\r\n"), 400},
      {get("Content-Length: 1\r\nContent-Length: 2\r\n"), 400},
      {get("Content-Length: 1, 1\r\n"), 400},
      {get("Content-Length: +1\r\n"), 400},
      {get("Content-Length: -1\r\n"), 400},
      {get("Content-Length: 0x1\r\n"), 400},
      {get("Content-Length: 1 1\r\n"), 400},
      {get("Content-Length: 1a\r\n"), 400},
      {get("Content-Length:\r\n"), 400},
      {get("Content-Length: 9223372036854775808\r\n"), 413},
      {get("Content-Length: 99999999999999999999999\r\n"), 413},
      {get("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"), 400},
      {get("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"), 400},
      {get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
      {get("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), 400},
      {get("Transfer-Encoding:\r\n"), 400},
      {get("Transfer-Encoding: chunked, gzip\r\n"), 400},
      {get("Transfer-Encoding: chunked, identity\r\n"), 400},
      {get("Transfer-Encoding: identity\r\n"), 501},
      {get("Transfer-Encoding: gzip\r\n"), 501},
      {get("Transfer-Encoding: gzip, chunked\r\n"), 501},
      {get("Transfer-Encoding: xchunked\r\n"), 501},
      {get("Transfer-Encoding: \"chunked\"\r\n"), 501},
      {get("Transfer-Encoding : chunked\r\n"), 400},
      {get("Transfer-Encoding: \x0b"
           "chunked\r\n"),
       400},
      {get("Transfer-Encoding:\r\n chunked\r\n"), 400},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {get("Expect: 200-ok\r\n"), 417},
  };
  return table;
}

TEST(HttpRequestParserTest, RefusesWhatIsWrongWithTheRightStatus) {
  for (const auto& [head, status] : refusals()) {
    const Parsed parsed = parse(head);
    EXPECT_EQ(parsed.outcome, Outcome::refused) << head;
    EXPECT_EQ(parsed.status, status) << head;
  }
}

const std::vector<std::string>& acceptable() {
  static const std::vector<std::string> table = {
      "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      "GET / HTTP/1.9\r\nHost: x\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
      "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
      "M-SEARCH / HTTP/1.1\r\nHost:\r\n\r\n",
      "GET /a//b/?q=a|b{}^` HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
      "GET http://other:80?x HTTP/1.1\r\nHost: x\r\n\r\n",
      get("X: \xc3\xa4\ttab\r\n"),
      get("Content-Length: 007\r\n"),
      get("Content-Length: 9223372036854775807\r\n"),
      get("Transfer-Encoding: Chunked\r\n"),
      get("Expect: 100-Continue\r\n"),
  };
  return table;
}

TEST(HttpRequestParserTest, AcceptsWhatIsUnusualButRight) {
  for (const std::string& head : acceptable()) {
    const Parsed parsed = parse(head);
    EXPECT_EQ(parsed.outcome, Outcome::complete) << head << parsed.status;
    EXPECT_EQ(parsed.used, head.size());
  }
}

TEST(HttpRequestParserTest, AnySplitGivesTheSameResult) {
  std::vector<std::string> heads = acceptable();
  for (const Refusal& refusal : refusals()) heads.push_back(refusal.head);
  for (const std::string& head : heads) {
    const Parsed whole = parse(head);
    for (std::size_t cut = 1; cut < head.size(); ++cut) {
      const Parsed split = parse(head, {cut});
      ASSERT_EQ(split.outcome, whole.outcome) << head << " cut at " << cut;
      ASSERT_EQ(split.status, whole.status) << head << " cut at " << cut;
      ASSERT_EQ(split.used, whole.used) << head << " cut at " << cut;
      ASSERT_EQ(split.request.path(), whole.request.path());
      ASSERT_EQ(split.request.headers().size(), whole.request.headers().size());
    }
    std::vector<std::size_t> everywhere;
    for (std::size_t cut = 1; cut < head.size(); ++cut) everywhere.push_back(cut);
    const Parsed bytewise = parse(head, everywhere);
    ASSERT_EQ(bytewise.outcome, whole.outcome) << head;
    ASSERT_EQ(bytewise.status, whole.status) << head;
  }
}

TEST(HttpRequestParserTest, EveryPrefixNeedsMore) {
  const std::string head = get("X: y\r\n");
  for (std::size_t length = 0; length < head.size(); ++length) {
    EXPECT_EQ(parse(head.substr(0, length)).outcome, Outcome::need_more) << length;
  }
}

TEST(HttpRequestParserTest, SizesAreBounded) {
  HttpLimits limits;
  limits.max_head = 1000;
  limits.max_target = 200;
  limits.max_headers = 5;
  const auto status = [&](const std::string& head) { return parse(head, {}, limits).status; };
  const auto target = [](std::size_t size) {
    return "GET /" + std::string(size - 1, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n";
  };
  EXPECT_EQ(status(target(200)), 0);
  EXPECT_EQ(status(target(201)), 414);
  EXPECT_EQ(status("GET /" + std::string(2000, 'a')), 414) << "without waiting for the line's end";
  EXPECT_EQ(status(std::string(2000, 'M')), 414);
  EXPECT_EQ(status(get("A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n")), 0);
  EXPECT_EQ(status(get("A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n")), 431);
  const std::size_t rest = get("A: \r\n").size();
  EXPECT_EQ(status(get("A: " + std::string(1000 - rest, 'a') + "\r\n")), 0);
  EXPECT_EQ(status(get("A: " + std::string(1001 - rest, 'a') + "\r\n")), 431);
  EXPECT_EQ(status(get("A: " + std::string(100'000, 'a'))), 431);
}

TEST(HttpRequestParserTest, AnAbsoluteTargetOverridesHost) {
  const Parsed parsed = parse("GET HTTPS://other:81/p?q HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_EQ(parsed.outcome, Outcome::complete);
  EXPECT_EQ(parsed.request.host(), "other:81");
  EXPECT_EQ(parsed.request.path(), "/p");
  EXPECT_EQ(parsed.request.query(), "q");
}

}  // namespace
}  // namespace chat::net
