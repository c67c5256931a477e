#include "bus/audience.h"

#include <gtest/gtest.h>

namespace chat::bus {
namespace {

using Kind = Audience::Kind;

TEST(Audience, ReadsEveryKind) {
  EXPECT_EQ(parse_audience("all").kind, Kind::everybody);
  EXPECT_EQ(parse_audience("lobby").kind, Kind::lobby);

  const Audience group = parse_audience("g:6b00");
  EXPECT_EQ(group.kind, Kind::group);
  EXPECT_EQ(group.first, "6b00");

  const Audience user = parse_audience("u:7c11");
  EXPECT_EQ(user.kind, Kind::user);
  EXPECT_EQ(user.first, "7c11");

  const Audience direct = parse_audience("p:alice:bob");
  EXPECT_EQ(direct.kind, Kind::direct);
  EXPECT_EQ(direct.first, "alice");
  EXPECT_EQ(direct.second, "bob");

  const Audience connection = parse_audience("c:w0-ab/17");
  EXPECT_EQ(connection.kind, Kind::connection);
  EXPECT_EQ(connection.first, "w0-ab");
  EXPECT_EQ(connection.connection, 17u);
}

TEST(Audience, KnowsNobodyByAnUnreadableText) {
  for (const char* text : {"", "x:1", "p:alone", "c:worker", "c:worker/", "c:worker/x", "everyone"})
    EXPECT_EQ(parse_audience(text).kind, Kind::unknown) << text;
}

TEST(Audience, WritesWhatItReads) {
  EXPECT_EQ(parse_audience(audience_of_group("g1")).first, "g1");
  EXPECT_EQ(parse_audience(audience_of_user("u1")).first, "u1");
}

}  // namespace
}  // namespace chat::bus
