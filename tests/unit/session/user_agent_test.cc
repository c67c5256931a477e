#include "session/user_agent.h"

#include <gtest/gtest.h>

#include <string>

#include "net/http_request_parser.h"
#include "protocol/utf8.h"

namespace chat::session {
namespace {

std::string agent_of(const std::string& fields) {
  net::HttpRequestParser parser{net::HttpLimits{}};
  const std::string head = "GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
  std::size_t used = 0;
  EXPECT_EQ(parser.feed(head, used), net::HttpRequestParser::Outcome::complete);
  return user_agent_of(parser.take());
}

TEST(UserAgent, IsWhatTheFieldSays) {
  EXPECT_EQ(agent_of("User-Agent: Mozilla/5.0 (浏览器)\r\n"), "Mozilla/5.0 (浏览器)");
  EXPECT_EQ(agent_of(""), "");
}

TEST(UserAgent, IsUtf8WhateverTheFieldHolds) {
  EXPECT_EQ(agent_of("User-Agent: a\xFF\xFE b\xE6\xB5\r\n"), "a?? b??");
}

TEST(UserAgent, IsCutBetweenCharacters) {
  const std::string agent = agent_of("User-Agent: a" + std::string(511, 'b') + "c\r\n");
  EXPECT_EQ(agent.size(), 512u);
  std::string long_one = "User-Agent: a";
  for (int i = 0; i < 300; ++i) long_one += "浏";
  const std::string cut = agent_of(long_one + "\r\n");
  EXPECT_EQ(cut.size(), 511u);
  EXPECT_TRUE(protocol::is_utf8(cut));
}

}  // namespace
}  // namespace chat::session
