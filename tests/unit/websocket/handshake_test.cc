#include "websocket/handshake.h"

#include <gtest/gtest.h>

#include <string>

namespace chat::websocket {
namespace {

// The handshake of RFC 6455 section 1.3, to be changed by each test.
struct Request {
  std::vector<Header> headers{{"Host", "server.example.com"},
                              {"Upgrade", "websocket"},
                              {"Connection", "Upgrade"},
                              {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                              {"Sec-WebSocket-Version", "13"}};
  std::string_view method = "GET";
  std::string_view version = "HTTP/1.1";

  Request& set(std::string_view name, std::string_view value) {
    without(name);
    return add(name, value);
  }
  Request& add(std::string_view name, std::string_view value) {
    headers.push_back({name, value});
    return *this;
  }
  Request& without(std::string_view name) {
    std::erase_if(headers, [name](const Header& header) { return header.name == name; });
    return *this;
  }
  UpgradeRequest view() const { return {method, version, headers}; }
};

// The status of the answer: 101 or that of the refusal.
int status_of(const Request& request, const Policy& policy = {}) {
  const auto answer = negotiate(request.view(), policy);
  const auto* refused = std::get_if<Refused>(&answer);
  return refused == nullptr ? 101 : refused->status;
}

Accepted accepted(const Request& request, const Policy& policy = {}) {
  return std::get<Accepted>(negotiate(request.view(), policy));
}

TEST(Handshake, TheExampleOfTheRfc) {
  const Accepted answer = accepted(Request());
  EXPECT_EQ(answer.response_head,
            "HTTP/1.1 101 Switching Protocols\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            "\r\n");
  EXPECT_FALSE(answer.msgpack);
  EXPECT_EQ(answer.compression, Compression::none);
}

TEST(Handshake, NamesAndTokensComeInAnyCaseAndInLists) {
  EXPECT_EQ(status_of(Request().without("Upgrade").add("UPGRADE", "h2c, WebSocket")), 101);
  EXPECT_EQ(status_of(Request().set("Connection", "keep-alive, UPGRADE")), 101);
  EXPECT_EQ(status_of(Request().set("Connection", "keep-alive").add("Connection", "upgrade")), 101);
  EXPECT_EQ(status_of(Request().add("Content-Length", "0")), 101);
}

TEST(Handshake, BadRequestsAreRefused) {
  const Request cases[] = {
      Request().without("Host"),
      Request().set("Host", ""),
      Request().add("Host", "server.example.com"),
      Request().without("Upgrade"),
      Request().set("Upgrade", "websockets"),
      Request().set("Upgrade", "websocket/13"),
      Request().set("Upgrade", "h2c"),
      Request().without("Connection"),
      Request().set("Connection", "keep-alive"),
      Request().set("Connection", "not upgrade"),
      Request().without("Sec-WebSocket-Version"),
      Request().add("Sec-WebSocket-Version", "13"),
      Request().without("Sec-WebSocket-Key"),
      Request().add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
      Request().add("Content-Length", "5"),
      Request().add("Content-Length", "00"),
      Request().add("Content-Length", "0").add("Content-Length", "0"),
      Request().add("Transfer-Encoding", "chunked"),
      Request().add("Sec-WebSocket-Protocol", "chat.msgpack.v1, a b"),
      Request().add("Sec-WebSocket-Protocol", "\"chat\""),
      Request().add("Sec-WebSocket-Extensions", "permessage-deflate;"),
  };
  for (const Request& request : cases)
    EXPECT_EQ(status_of(request), 400) << "case " << &request - cases;
}

TEST(Handshake, KeyMustBeSixteenBytes) {
  for (const std::string_view key :
       {"", "x", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZR===",
        "dGhlIHNhbXBsZSBub25jZXM=", "dGhlIHNhbXBsZSBub25j", "dGhlIHNhbXBsZSBub25jZXMAAA==",
        "dGhlIHNhbXBsZSBub25j_Q==", "dGhlIHNhbXBsZ SBub25jQ==", "dGhlIHNhbXBsZSBub25=ZQ=="})
    EXPECT_EQ(status_of(Request().set("Sec-WebSocket-Key", key)), 400) << key;
  EXPECT_EQ(status_of(Request().set("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAA+/==")), 101);
}

TEST(Handshake, OtherMethodsAndVersions) {
  for (const std::string_view method : {"POST", "HEAD", "OPTIONS", "CONNECT", "get"}) {
    Request request;
    request.method = method;
    EXPECT_EQ(status_of(request), 405) << method;
  }
  for (const std::string_view version : {"HTTP/1.0", "HTTP/0.9", "HTTP/2.0", ""}) {
    Request request;
    request.version = version;
    EXPECT_EQ(status_of(request), 400) << version;
  }
  for (const std::string_view version : {"0", "7", "8", "12", "14", "013", "13, 8", "255", ""}) {
    const Request request = Request().set("Sec-WebSocket-Version", version);
    const Refused refused = std::get<Refused>(negotiate(request.view(), {}));
    EXPECT_EQ(refused.status, 426) << version;
    EXPECT_EQ(refused.header, "Sec-WebSocket-Version: 13");
  }
}

TEST(Handshake, PolicyIsApplied) {
  const Policy policy{{"server.example.com"}, {"example.com"}};
  const std::string_view good = "https://example.com";
  EXPECT_EQ(status_of(Request().add("Origin", good), policy), 101);
  EXPECT_EQ(status_of(Request().set("Host", "server.example.com:8080").add("Origin", good), policy),
            101);
  EXPECT_EQ(status_of(Request(), policy), 403);
  EXPECT_EQ(status_of(Request().add("Origin", "null"), policy), 403);
  EXPECT_EQ(status_of(Request().add("Origin", "https://evil.test"), policy), 403);
  EXPECT_EQ(status_of(Request().add("Origin", good).add("Origin", good), policy), 403);
  EXPECT_EQ(status_of(Request().set("Host", "evil.test").add("Origin", good), policy), 403);
}

TEST(Handshake, ChoosesTheMsgpackSubprotocolWhenOffered) {
  const std::string chosen = "\r\nSec-WebSocket-Protocol: chat.msgpack.v1\r\n";
  for (const std::string_view offer :
       {"chat.msgpack.v1", "mqtt, chat.msgpack.v1", "chat.msgpack.v1,wamp", ", chat.msgpack.v1"}) {
    const Accepted answer = accepted(Request().add("Sec-WebSocket-Protocol", offer));
    EXPECT_TRUE(answer.msgpack) << offer;
    EXPECT_NE(answer.response_head.find(chosen), std::string::npos);
  }
  const Accepted spread = accepted(Request()
                                       .add("Sec-WebSocket-Protocol", "mqtt")
                                       .add("Sec-WebSocket-Protocol", "chat.msgpack.v1"));
  EXPECT_TRUE(spread.msgpack);
  for (const std::string_view offer : {"mqtt", "Chat.Msgpack.V1", "chat.msgpack.v1x", "chat"}) {
    const Accepted answer = accepted(Request().add("Sec-WebSocket-Protocol", offer));
    EXPECT_FALSE(answer.msgpack) << offer;
    EXPECT_EQ(answer.response_head.find("Sec-WebSocket-Protocol"), std::string::npos);
  }
}

TEST(Handshake, NegotiatesDeflateWhereThePolicyAllowsIt) {
  const Request request =
      Request()
          .add("Sec-WebSocket-Extensions", "x-other")
          .add("sec-websocket-extensions", "permessage-deflate; server_max_window_bits=10");
  const Accepted answer = accepted(request);
  EXPECT_EQ(answer.compression, Compression::small_window);
  EXPECT_NE(answer.response_head.find(
                "\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                "client_no_context_takeover; server_max_window_bits=9\r\n"),
            std::string::npos);

  const Accepted without = accepted(request, Policy{{}, {}, false});
  EXPECT_EQ(without.compression, Compression::none);
  EXPECT_EQ(without.response_head.find("Extensions"), std::string::npos);
}

TEST(Handshake, KnowsWhoMeansToUpgrade) {
  EXPECT_TRUE(asks_for_websocket(Request().view()));
  EXPECT_TRUE(asks_for_websocket(Request().without("Upgrade").view()));
  EXPECT_TRUE(asks_for_websocket(Request().without("Sec-WebSocket-Key").view()));
  EXPECT_FALSE(
      asks_for_websocket(Request().without("Sec-WebSocket-Key").set("Upgrade", "h2c").view()));
}

}  // namespace
}  // namespace chat::websocket
