#include "websocket/frame.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "websocket/deflate.h"

namespace chat::websocket {
namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kRsv1 = 0x40;

class Head {
 public:
  Head(std::uint8_t first, std::size_t length) {
    put(first);
    if (length < 126) {
      put(length);
    } else if (length < 0x10000) {
      put(126);
      put_big_endian(length, 2);
    } else {
      put(127);
      put_big_endian(length, 8);
    }
  }
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  void put(std::size_t byte) { bytes_[size_++] = static_cast<char>(byte); }
  void put_big_endian(std::size_t value, int bytes) {
    while (bytes-- > 0) put(value >> 8 * bytes);
  }

  std::array<char, 10> bytes_;
  std::size_t size_ = 0;
};

// The longest prefix of `text` that has at most `size` bytes and does not cut a code point.
std::string_view cut(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<std::uint8_t>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

SharedBytes make_frame(Opcode opcode, std::string_view payload) {
  if (is_control(opcode) && payload.size() > kMaxControlPayload) std::abort();
  const Head head(kFinal | static_cast<std::uint8_t>(opcode), payload.size());
  return SharedBytes(head.view(), payload);
}

SharedBytes make_deflated_frame(Opcode opcode, std::string_view payload, Deflater& deflater) {
  const std::optional<Deflater::Output> shorter = deflater.deflate(payload);
  if (!shorter) return make_frame(opcode, payload);
  const Head head(kFinal | kRsv1 | static_cast<std::uint8_t>(opcode), shorter->size);
  return SharedBytes(head.view(), {shorter->bytes.get(), shorter->size});
}

SharedBytes make_close_frame(std::uint16_t code, std::string_view reason) {
  if (code == kNoStatus) return make_frame(Opcode::close, {});
  reason = cut(reason, kMaxCloseReason);
  std::array<char, kMaxControlPayload> payload;
  payload[0] = static_cast<char>(code >> 8);
  payload[1] = static_cast<char>(code);
  std::copy(reason.begin(), reason.end(), payload.begin() + 2);
  return make_frame(Opcode::close, {payload.data(), 2 + reason.size()});
}

}  // namespace chat::websocket
