#include "websocket/mask.h"

#include <gtest/gtest.h>

#include <string>

namespace chat::websocket {
namespace {

constexpr MaskKey kKey{'\x37', '\xfa', '\x21', '\x3d'};

std::string bytes_of(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 7);
  return bytes;
}

std::string masked_slowly(std::string bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(bytes[i] ^ kKey[i % 4]);
  return bytes;
}

TEST(Mask, MatchesTheDefinitionAtEveryLengthAndCut) {
  for (std::size_t size = 0; size <= 70; ++size) {
    for (std::size_t cut = 0; cut <= size; ++cut) {
      std::string bytes = bytes_of(size);
      MaskKey key = kKey;
      apply_mask(std::span(bytes).first(cut), key);
      apply_mask(std::span(bytes).subspan(cut), key);
      ASSERT_EQ(bytes, masked_slowly(bytes_of(size))) << size << " cut at " << cut;
    }
  }
}

TEST(Mask, TouchesNothingAroundUnalignedBytes) {
  for (std::size_t start = 0; start < 9; ++start) {
    std::string bytes = bytes_of(60);
    MaskKey key = kKey;
    apply_mask(std::span(bytes).subspan(start, 40), key);
    const std::string all = bytes_of(60);
    EXPECT_EQ(bytes.substr(0, start), all.substr(0, start));
    EXPECT_EQ(bytes.substr(start, 40), masked_slowly(all.substr(start, 40)));
    EXPECT_EQ(bytes.substr(start + 40), all.substr(start + 40));
  }
}

TEST(Mask, TurnsTheKeyByThePieceThatWasMasked) {
  std::string bytes = bytes_of(5);
  MaskKey key = kKey;
  apply_mask(bytes, key);
  EXPECT_EQ(key, (MaskKey{kKey[1], kKey[2], kKey[3], kKey[0]}));
}

}  // namespace
}  // namespace chat::websocket
