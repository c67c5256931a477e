#include "websocket/frame_header.h"

#include <algorithm>

namespace chat::websocket {
namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kRsv1 = 0x40;
constexpr std::uint8_t kRsv2And3 = 0x30;
constexpr std::uint8_t kMasked = 0x80;

bool is_known(std::uint8_t opcode) { return opcode <= 0x2 || (opcode >= 0x8 && opcode <= 0xA); }

const Failure* check_first_byte(std::uint8_t byte, bool deflate, FrameHeader& header) {
  if (!is_known(byte & 0x0F)) return &failure::kReservedOpcode;
  header.opcode = static_cast<Opcode>(byte & 0x0F);
  header.final = (byte & kFinal) != 0;
  header.compressed = (byte & kRsv1) != 0;
  if ((byte & kRsv2And3) != 0) return &failure::kReservedBits;

  const bool may_compress = header.opcode == Opcode::text || header.opcode == Opcode::binary;
  if (header.compressed && !(deflate && may_compress)) return &failure::kReservedBits;
  if (is_control(header.opcode) && !header.final) return &failure::kFragmentedControl;
  return nullptr;
}

std::uint64_t big_endian(std::span<const char> bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

}  // namespace

const Failure* parse_header(std::span<const char> bytes, bool deflate, FrameHeader& header) {
  header.size = 0;
  if (bytes.empty()) return nullptr;
  if (const Failure* failed = check_first_byte(bytes[0], deflate, header)) return failed;
  if (bytes.size() < 2) return nullptr;

  const std::uint8_t second = bytes[1];
  if ((second & kMasked) == 0) return &failure::kUnmasked;
  const std::uint8_t length7 = second & 0x7F;
  if (is_control(header.opcode) && length7 > kMaxControlPayload) return &failure::kLongControl;

  const std::size_t extra = length7 == 126 ? 2 : length7 == 127 ? 8 : 0;
  if (bytes.size() < 2 + extra) return nullptr;
  header.length = extra == 0 ? length7 : big_endian(bytes.subspan(2, extra));
  const std::uint64_t least = extra == 0 ? 0 : extra == 2 ? 126 : 0x10000;
  if (header.length < least || header.length >> 63 != 0) return &failure::kBadLength;

  const std::size_t size = 2 + extra + header.mask.size();
  if (bytes.size() < size) return nullptr;
  std::copy_n(bytes.begin() + 2 + extra, header.mask.size(), header.mask.begin());
  header.size = static_cast<std::uint8_t>(size);
  return nullptr;
}

}  // namespace chat::websocket
