#include "websocket/mask.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace chat::websocket {

void apply_mask(std::span<char> payload, MaskKey& key) {
  std::uint64_t wide_key;
  std::memcpy(&wide_key, key.data(), 4);
  std::memcpy(reinterpret_cast<char*>(&wide_key) + 4, key.data(), 4);

  char* at = payload.data();
  std::size_t left = payload.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    word ^= wide_key;
    std::memcpy(at, &word, 8);
  }
  for (std::size_t i = 0; i < left; ++i) at[i] = static_cast<char>(at[i] ^ key[i % 4]);
  std::rotate(key.begin(), key.begin() + left % 4, key.end());
}

}  // namespace chat::websocket
