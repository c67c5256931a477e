#include "load/frames.h"

#include <array>

namespace load {
namespace {

// The size of the frame at the start of `bytes` and of its header; 0 while it is incomplete.
struct Extent {
  std::size_t frame = 0;
  std::size_t header = 0;
};

Extent extent_of(std::string_view bytes) {
  if (bytes.size() < 2) return {};
  std::size_t length = static_cast<unsigned char>(bytes[1]) & 0x7f;
  std::size_t header = 2;
  if (length >= 126) {
    const std::size_t size = length == 126 ? 2 : 8;
    header += size;
    if (bytes.size() < header) return {};
    length = 0;
    for (std::size_t i = 2; i < header; ++i)
      length = length << 8 | static_cast<unsigned char>(bytes[i]);
  }
  if (bytes.size() < header + length) return {};
  return {header + length, header};
}

}  // namespace

std::string upgrade_request(Wire wire, const std::string& host) {
  const char* path = wire == Wire::socketio ? "/socket.io/?EIO=4&transport=websocket" : "/ws";
  std::string request = std::string("GET ") + path + " HTTP/1.1\r\nHost: " + host +
                        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: bG9hZCBsb2FkIGxvYWQgbA==\r\n"
                        "Sec-WebSocket-Version: 13\r\n";
  if (wire == Wire::msgpack) request += "Sec-WebSocket-Protocol: chat.msgpack.v1\r\n";
  return request + "\r\n";
}

std::string client_frame(unsigned opcode, std::string_view payload) {
  // The key only has to be there: nothing between a test and its server is confused by bytes.
  constexpr std::array<char, 4> kKey{0x12, 0x34, 0x56, 0x78};
  std::string frame(1, static_cast<char>(0x80 | opcode));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(0x80 | payload.size()));
  } else if (payload.size() <= 0xffff) {
    frame.push_back(static_cast<char>(0x80 | 126));
    frame.push_back(static_cast<char>(payload.size() >> 8));
    frame.push_back(static_cast<char>(payload.size() & 0xff));
  } else {
    frame.push_back(static_cast<char>(0x80 | 127));
    for (int shift = 56; shift >= 0; shift -= 8)
      frame.push_back(static_cast<char>(payload.size() >> shift & 0xff));
  }
  frame.append(kKey.data(), kKey.size());
  for (std::size_t i = 0; i < payload.size(); ++i)
    frame.push_back(static_cast<char>(payload[i] ^ kKey[i % 4]));
  return frame;
}

void FrameReader::feed(std::string_view bytes, const OnFrame& on_frame) {
  if (!incomplete_.empty()) {
    incomplete_ += bytes;
    bytes = incomplete_;
  }
  std::size_t used = 0;
  for (;;) {
    const std::string_view rest = bytes.substr(used);
    const Extent extent = extent_of(rest);
    if (extent.frame == 0) break;
    on_frame(static_cast<unsigned char>(rest[0]) & 0x0f,
             rest.substr(extent.header, extent.frame - extent.header));
    used += extent.frame;
  }
  if (used == bytes.size()) {
    incomplete_.clear();
  } else {
    incomplete_ = std::string(bytes.substr(used));
  }
}

}  // namespace load
