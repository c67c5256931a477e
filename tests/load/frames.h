// The client's side of RFC 6455, as far as an honest server needs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "load/options.h"

namespace load {

inline constexpr unsigned kText = 0x1, kBinary = 0x2, kClose = 0x8, kPing = 0x9, kPong = 0xA;

std::string upgrade_request(Wire wire, const std::string& host);

// A masked, final frame.
std::string client_frame(unsigned opcode, std::string_view payload);

// Cuts unfragmented frames out of the bytes of a connection.
class FrameReader {
 public:
  using OnFrame = std::function<void(unsigned opcode, std::string_view payload)>;

  // Calls `on_frame` for each whole frame; what is left over is kept for the next call.
  void feed(std::string_view bytes, const OnFrame& on_frame);

 private:
  std::string incomplete_;
};

}  // namespace load
