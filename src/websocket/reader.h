// The receiving half of a server's WebSocket connection (RFC 6455 sections 5 to 8, RFC 7692): takes
// the bytes that arrive, in pieces of any size, and hands out messages and control frames.
//
// Owned by one connection. While idle it is this object alone; a buffer exists only while a message
// or control frame is incomplete, grows with the bytes that really came (never by a declared
// length) and is freed with the end of the message.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "websocket/deflate.h"
#include "websocket/failure.h"
#include "websocket/frame_header.h"
#include "websocket/sink.h"

namespace chat::websocket {

// Bounds on what one client may send; they belong to the worker and outlive its readers.
struct Limits {
  std::uint64_t max_message = 16 << 20;            // bytes of a message: all fragments, inflated
  std::uint64_t max_streamed_binary = 64 << 20;    // the same for a binary message that is streamed
  std::uint32_t max_fragments = 1 << 19;           // frames of a message, empty ones included
  std::uint32_t max_streamed_fragments = 1 << 19;  // the same for one that is streamed
};

enum class BinaryMode : std::uint8_t {
  whole,     // on_binary, bounded by max_message
  streamed,  // on_binary_chunk, bounded by max_streamed_binary, buffered nowhere
};

class Reader {
 public:
  // `limits` and `inflaters` belong to the worker and outlive the reader; a null `inflaters` means
  // that permessage-deflate was not negotiated.
  Reader(const Limits& limits, Inflaters* inflaters, BinaryMode binary_mode);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Reads `bytes`, unmasking payloads in place, and calls `sink` for all that became complete.
  // Returns null, or the failure of the connection; what came before it has been handed out. After
  // a failure, a Close frame or a `stop`, bytes are ignored. `sink` must not destroy the reader.
  [[nodiscard]] const Failure* feed(std::span<char> bytes, Sink& sink);

  // Whether a message or control frame has begun and is not complete, so that buffers are in use.
  bool within_message() const { return pending_ != nullptr; }

 private:
  struct Pending;  // the incomplete message and control frame

  const Failure* read_header(std::span<char>& bytes, Sink& sink);
  const Failure* begin_control(std::span<char>& bytes, Sink& sink);
  const Failure* begin_data(std::span<char>& bytes, Sink& sink);
  const Failure* read_payload(std::span<char>& bytes, Sink& sink);
  const Failure* add_to_control(std::string_view payload, Sink& sink);
  const Failure* add_to_message(std::string_view payload, Sink& sink);
  std::string_view unmask(std::span<char> payload);

  const Limits* limits_;
  Inflaters* inflaters_;
  std::unique_ptr<Pending> pending_;
  FrameHeader frame_;                  // the current one; its length counts down
  std::array<char, kMaxHeader> head_;  // the start of a header that is incomplete
  std::uint8_t head_size_ = 0;
  bool in_payload_ : 1 = false;
  bool ended_ : 1 = false;
  bool streams_binary_ : 1;
};

}  // namespace chat::websocket
