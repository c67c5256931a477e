#include "websocket/frame.h"

#include <gtest/gtest.h>

#include <string>

#include "websocket/client.h"
#include "websocket/deflate.h"

namespace chat::websocket {
namespace {

using test::from_hex;

TEST(Frame, TheExamplesOfTheRfc) {
  EXPECT_EQ(make_frame(Opcode::text, "Hello").view(), from_hex("81 05 48656c6c6f"));
  EXPECT_EQ(make_frame(Opcode::ping, "Hello").view(), from_hex("89 05 48656c6c6f"));
  const std::string a256(256, 'a');
  EXPECT_EQ(make_frame(Opcode::binary, a256).view(), from_hex("82 7e 0100") + a256);
  const std::string a64k(65536, 'a');
  EXPECT_EQ(make_frame(Opcode::binary, a64k).view(), from_hex("82 7f 0000000000010000") + a64k);
}

TEST(Frame, UsesTheShortestLength) {
  struct Case {
    std::size_t size;
    std::string_view head;
  };
  const Case cases[] = {{0, "82 00"},          {1, "82 01"},
                        {125, "82 7d"},        {126, "82 7e 007e"},
                        {65535, "82 7e ffff"}, {65536, "82 7f 0000000000010000"}};
  for (const Case& c : cases) {
    const std::string payload(c.size, 'x');
    EXPECT_EQ(make_frame(Opcode::binary, payload).view(), from_hex(c.head) + payload) << c.size;
  }
}

TEST(Frame, CloseCarriesCodeAndReason) {
  EXPECT_EQ(make_close_frame(kNormal).view(), from_hex("88 02 03e8"));
  EXPECT_EQ(make_close_frame(4999, "bye").view(), from_hex("88 05 1387 627965"));
  EXPECT_EQ(make_close_frame(kNoStatus, "never sent").view(), from_hex("88 00"));
}

TEST(Frame, CloseReasonIsCutBetweenCodePoints) {
  const std::string fits(123, 'r');
  EXPECT_EQ(make_close_frame(kNormal, fits).view(), from_hex("88 7d 03e8") + fits);
  EXPECT_EQ(make_close_frame(kNormal, fits + "r").view(), from_hex("88 7d 03e8") + fits);

  const std::string ni = "\xE4\xBD\xA0";
  for (std::size_t lead = 121; lead <= 123; ++lead) {
    const std::string before(lead, 'r');
    const SharedBytes frame = make_close_frame(kNormal, before + ni);
    EXPECT_EQ(frame.view().substr(4), before) << lead;
  }
  const std::string before(120, 'r');
  EXPECT_EQ(make_close_frame(kNormal, before + ni + "more").view().substr(4), before + ni);
}

TEST(Frame, DeflatesOnlyWhatShrinks) {
  Deflater deflater(Compression::full_window);
  const std::string long_text(1000, 'a');
  const SharedBytes small = make_deflated_frame(Opcode::text, long_text, deflater);
  EXPECT_EQ(small.view().substr(0, 1), "\xC1");
  EXPECT_LT(small.size(), 30u);
  EXPECT_EQ(make_deflated_frame(Opcode::text, "a", deflater).view(), from_hex("81 01 61"));
  EXPECT_EQ(make_deflated_frame(Opcode::text, "", deflater).view(), from_hex("81 00"));
}

TEST(FrameDeathTest, AnOverlongControlFrameIsABugOfTheServer) {
  EXPECT_DEATH(make_frame(Opcode::ping, std::string(126, 'x')), "");
}

}  // namespace
}  // namespace chat::websocket
