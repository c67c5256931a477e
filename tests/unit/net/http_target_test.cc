#include "net/http_target.h"

#include <gtest/gtest.h>

namespace chat::net {
namespace {

TEST(DecodePathTest, Decodes) {
  EXPECT_EQ(decode_path("/"), "/");
  EXPECT_EQ(decode_path("/a%20b/%E4%BD%A0"), "/a b/\xe4\xbd\xa0");
  EXPECT_EQ(decode_path("/100%25"), "/100%");
  EXPECT_EQ(decode_path("/%252e%252e/"), "/%2e%2e/") << "decoded once only";
  EXPECT_EQ(decode_path("/a//b"), "/a//b");
  EXPECT_EQ(decode_path("/.../..a/.b"), "/.../..a/.b");
}

TEST(DecodePathTest, RefusesWhatCouldLeadAstray) {
  for (const char* bad :
       {"",     "a",        "/..",     "/../",   "/a/..",  "/a/../b", "/.",     "/./a",
        "/a/.", "/%2e%2e",  "/%2E./a", "/.%2e/", "/a%2Fb", "/a%2fb",  "/%5c..", "/a\\b",
        "/%00", "/a%0d%0a", "/%7f",    "/%",     "/%2",    "/%2g",    "/%g2",   "/%%41"}) {
    EXPECT_EQ(decode_path(bad), std::nullopt) << bad;
  }
}

TEST(AuthorityTest, HostsWithAnOptionalPort) {
  for (const char* good : {"", "a", "a.b-c_d~", "127.0.0.1", "127.0.0.1:80", "x:", "[::1]",
                           "[2001:db8::1]:65535", "[::ffff:1.2.3.4]"}) {
    EXPECT_TRUE(is_authority(good)) << good;
  }
  for (const char* bad : {":80", "a:b", "a:123456", "a:1:2", "[]", "[::1", "[::1]x", "[::1]:x",
                          "[g]", "a b", "a/b", "a?b", "u@h", "a,b", "%41", "\xc3\xa4"}) {
    EXPECT_FALSE(is_authority(bad)) << bad;
  }
}

TEST(TargetTest, FormsSuitTheirMethods) {
  EXPECT_EQ(parse_target("GET", "/a?b?c")->path, "/a");
  EXPECT_EQ(parse_target("GET", "/a?b?c")->query, "b?c");
  EXPECT_EQ(parse_target("GET", "/?")->query, "");
  EXPECT_EQ(parse_target("GET", "http://h")->path, "/");
  EXPECT_EQ(parse_target("GET", "ws://h?x")->query, "x");
  EXPECT_EQ(parse_target("GET", "wss://h:1/a")->authority, "h:1");
  EXPECT_EQ(parse_target("OPTIONS", "*")->path, "");
  EXPECT_EQ(parse_target("CONNECT", "h:1")->path, "");
  EXPECT_FALSE(parse_target("GET", "*"));
  EXPECT_FALSE(parse_target("GET", "h:1"));
  EXPECT_FALSE(parse_target("CONNECT", "http://h/"));
  EXPECT_FALSE(parse_target("GET", "javascript://h/"));
  EXPECT_FALSE(parse_target("GET", "http:/h"));
  EXPECT_FALSE(parse_target("GET", ""));
  EXPECT_FALSE(parse_target("GET", "/a\"b"));
  EXPECT_FALSE(parse_target("GET", "/a<b"));
}

}  // namespace
}  // namespace chat::net
