#include "websocket/access.h"

#include <gtest/gtest.h>

namespace chat::websocket {
namespace {

const std::vector<std::string> kNames{"chat.example", "10.0.0.1", "[::1]", "other.example:8443"};

TEST(Access, EmptyListsAllowEverybody) {
  EXPECT_TRUE(host_allowed("anything", {}));
  EXPECT_TRUE(origin_allowed("null", {}));
  EXPECT_TRUE(origin_allowed("", {}));
}

TEST(Access, HostIsComparedWithoutItsPort) {
  for (const char* host : {"chat.example", "chat.example:443", "chat.example:", "10.0.0.1:8080",
                           "[::1]", "[::1]:8080"})
    EXPECT_TRUE(host_allowed(host, kNames)) << host;
  for (const char* host : {"", ":443", "Chat.example", "CHAT.EXAMPLE:443", "chat.example.",
                           "xchat.example", "chat.example.evil", "sub.chat.example",
                           "chat.example:443:443", "chat.example:https", "chat.example:44 3",
                           "user@chat.example", "10.0.0.10", "[::2]", "::1", "other.example:8443"})
    EXPECT_FALSE(host_allowed(host, kNames)) << host;
}

TEST(Access, OriginIsComparedWithoutItsScheme) {
  for (const char* origin : {"https://chat.example", "http://chat.example", "http://10.0.0.1",
                             "https://[::1]", "https://other.example:8443"})
    EXPECT_TRUE(origin_allowed(origin, kNames)) << origin;
}

TEST(Access, OriginVariantsAreRefused) {
  for (const char* origin : {"",
                             "null",
                             "NULL",
                             "chat.example",
                             "//chat.example",
                             "://chat.example",
                             "https:chat.example",
                             "https:/chat.example",
                             "https:///chat.example",
                             "https://chat.example/",
                             "https://chat.example:443",
                             "https://chat.example:8443",
                             "https://Chat.example",
                             "https://CHAT.EXAMPLE",
                             "HTTPS://chat.example",
                             "https://chat.example.",
                             "https://chat.example.evil.test",
                             "https://evilchat.example",
                             "https://sub.chat.example",
                             "https://evil.test",
                             "https://evil.test#chat.example",
                             "https://evil.test/chat.example",
                             "https://evil.test?chat.example",
                             "https://user@chat.example",
                             "https://chat.example@evil.test",
                             "https://chat.example evil.test",
                             " https://chat.example",
                             "https://chat.example ",
                             "https://chat.example, https://evil.test",
                             "https://evil.test, https://chat.example",
                             "https://evil.test://chat.example",
                             "file://",
                             "file://chat.example",
                             "ws://chat.example",
                             "wss://chat.example",
                             "javascript://chat.example",
                             "data:text/html,x",
                             "chrome-extension://chat.example",
                             "https://chat\xC3\xA9.example",
                             "https://xn--chat.example",
                             "https://chat%2eexample",
                             "https://chat.example%00",
                             "https://chat.example\t",
                             "https://10.0.0.1:80",
                             "https://010.0.0.1",
                             "https://[::1]:443",
                             "https://::1",
                             "https://other.example",
                             "https://other.example:443",
                             "https://other.example:08443",
                             "https://"})
    EXPECT_FALSE(origin_allowed(origin, kNames)) << origin;
}

TEST(Access, AnOriginIsTrustedThatIsTheTargetsOwn) {
  EXPECT_TRUE(origin_trusted("https://chat.example:8443", {"chat.example:8443", true}, {}));
  EXPECT_TRUE(origin_trusted("https://chat.example", {"chat.example:443", true}, {}));
  EXPECT_TRUE(origin_trusted("http://chat.example", {"chat.example:80", false}, {}));
  EXPECT_FALSE(origin_trusted("http://chat.example", {"chat.example", true}, {}));
  EXPECT_FALSE(origin_trusted("https://chat.example", {"chat.example", false}, {}));
  EXPECT_FALSE(origin_trusted("http://chat.example", {"chat.example:443", false}, {}));
  EXPECT_FALSE(origin_trusted("https://chat.example:443", {"chat.example:443", true}, {}));
  for (const char* origin : {"", "null", "https://", "https://chat.example.evil.test",
                             "https://chat.example/", "https://CHAT.example"})
    EXPECT_FALSE(origin_trusted(origin, {"chat.example", true}, {})) << origin;
  EXPECT_FALSE(origin_trusted("https://", {"", true}, {})) << "HTTP/1.0 without a Host";
}

TEST(Access, AListAloneSaysWhichOriginsAreTrusted) {
  EXPECT_TRUE(origin_trusted("https://chat.example", {"other.test", true}, kNames));
  EXPECT_FALSE(origin_trusted("http://chat.example", {"other.test", true}, kNames));
  EXPECT_TRUE(origin_trusted("http://chat.example", {"other.test", false}, kNames));
  EXPECT_TRUE(origin_trusted("https://chat.example", {"other.test", false}, kNames)) << "a proxy";
  EXPECT_FALSE(origin_trusted("https://other.test", {"other.test", true}, kNames));
}

}  // namespace
}  // namespace chat::websocket
