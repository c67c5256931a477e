// Takes strangers' bytes apart without leaving them: what is not there reads as nothing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace chat::picture {

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::size_t left() const { return bytes_.size() - at_; }
  std::size_t at() const { return at_; }

  // The next bytes, fewer at the end.
  std::string_view take(std::size_t count) {
    const std::string_view taken = bytes_.substr(at_, count);
    at_ += taken.size();
    return taken;
  }
  std::string_view peek(std::size_t count) const { return bytes_.substr(at_, count); }
  void skip(std::size_t count) { at_ += std::min(count, left()); }

  std::uint32_t byte() { return big(1); }
  std::uint32_t big(std::size_t count) { return number(take(count), true); }
  std::uint32_t little(std::size_t count) { return number(take(count), false); }

 private:
  static std::uint32_t number(std::string_view bytes, bool big_endian) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const std::size_t at = big_endian ? i : bytes.size() - 1 - i;
      value = value << 8U | static_cast<unsigned char>(bytes[at]);
    }
    return value;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

// Whether a picture of that size is one, and of no more pixels than allowed.
inline bool is_size(std::uint64_t width, std::uint64_t height, std::uint64_t most) {
  return width > 0 && height > 0 && width <= 65'535 && height <= 65'535 && width * height <= most;
}

}  // namespace chat::picture
