#include "websocket/frame_header.h"

#include <gtest/gtest.h>

#include <string>

#include "websocket/client.h"

namespace chat::websocket {
namespace {

using test::from_hex;

// A header that needs no extended length, behind the given first byte.
const Failure* parse_first(int byte, bool deflate, FrameHeader& header) {
  const std::string bytes = std::string(1, static_cast<char>(byte)) + from_hex("85 01020304");
  return parse_header(bytes, deflate, header);
}

TEST(FrameHeader, EveryFirstByteIsJudged) {
  for (int byte = 0; byte < 256; ++byte) {
    const int opcode = byte & 0x0F;
    const bool control = opcode >= 8;
    const bool known = opcode <= 2 || (opcode >= 8 && opcode <= 10);
    for (const bool deflate : {false, true}) {
      const bool rsv1_allowed = deflate && (opcode == 1 || opcode == 2);
      const bool reserved = (byte & 0x30) != 0 || ((byte & 0x40) != 0 && !rsv1_allowed);
      const bool fragmented_control = control && (byte & 0x80) == 0;
      const bool good = known && !reserved && !fragmented_control;

      FrameHeader header;
      const Failure* failed = parse_first(byte, deflate, header);
      ASSERT_EQ(failed == nullptr, good) << std::hex << byte << " deflate " << deflate;
      if (!good) {
        EXPECT_EQ(failed->code, kProtocolError);
        continue;
      }
      EXPECT_EQ(static_cast<int>(header.opcode), opcode);
      EXPECT_EQ(header.final, (byte & 0x80) != 0);
      EXPECT_EQ(header.compressed, (byte & 0x40) != 0);
    }
  }
}

TEST(FrameHeader, TellsWhyAFirstByteIsRefusedBeforeTheSecondComes) {
  FrameHeader header;
  EXPECT_EQ(parse_header(from_hex("83"), true, header), &failure::kReservedOpcode);
  EXPECT_EQ(parse_header(from_hex("8b"), true, header), &failure::kReservedOpcode);
  EXPECT_EQ(parse_header(from_hex("a1"), true, header), &failure::kReservedBits);
  EXPECT_EQ(parse_header(from_hex("c1"), false, header), &failure::kReservedBits);
  EXPECT_EQ(parse_header(from_hex("c0"), true, header), &failure::kReservedBits);
  EXPECT_EQ(parse_header(from_hex("c9"), true, header), &failure::kReservedBits);
  EXPECT_EQ(parse_header(from_hex("08"), true, header), &failure::kFragmentedControl);
}

TEST(FrameHeader, ReadsLengthsAndMask) {
  struct Case {
    std::string_view hex;
    std::uint64_t length;
    int size;
  };
  const Case cases[] = {
      {"82 80 37fa213d", 0, 6},
      {"82 fd 37fa213d", 125, 6},
      {"82 fe 007e 37fa213d", 126, 8},
      {"82 fe ffff 37fa213d", 65535, 8},
      {"82 ff 0000000000010000 37fa213d", 65536, 14},
      {"82 ff 7fffffffffffffff 37fa213d", 0x7FFFFFFFFFFFFFFF, 14},
  };
  for (const Case& c : cases) {
    const std::string bytes = from_hex(c.hex);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      FrameHeader header;
      EXPECT_EQ(parse_header({bytes.data(), size}, false, header), nullptr);
      EXPECT_EQ(header.size, 0) << c.hex << " after " << size;
    }
    FrameHeader header;
    EXPECT_EQ(parse_header(bytes + "payload", false, header), nullptr);
    EXPECT_EQ(header.length, c.length);
    EXPECT_EQ(header.size, c.size);
    EXPECT_EQ(header.mask, (MaskKey{'\x37', '\xfa', '\x21', '\x3d'}));
  }
}

TEST(FrameHeader, RefusesBadLengths) {
  struct Case {
    std::string_view hex;
    const Failure* failure;
  };
  const Case cases[] = {
      {"82 00", &failure::kUnmasked},
      {"82 7f", &failure::kUnmasked},
      {"89 05", &failure::kUnmasked},
      {"89 fe", &failure::kLongControl},
      {"88 ff", &failure::kLongControl},
      {"82 fe 0000", &failure::kBadLength},
      {"82 fe 007d", &failure::kBadLength},
      {"82 ff 0000000000000000", &failure::kBadLength},
      {"82 ff 000000000000ffff", &failure::kBadLength},
      {"82 ff 8000000000000000", &failure::kBadLength},
      {"82 ff ffffffffffffffff", &failure::kBadLength},
  };
  for (const Case& c : cases) {
    FrameHeader header;
    EXPECT_EQ(parse_header(from_hex(c.hex), false, header), c.failure) << c.hex;
    EXPECT_EQ(c.failure->code, kProtocolError);
  }
}

}  // namespace
}  // namespace chat::websocket
