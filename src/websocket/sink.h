// What a Reader hands out, and to whom: the session implements this.
#pragma once

#include <cstdint>
#include <string_view>

namespace chat::websocket {

enum class Next : std::uint8_t { proceed, stop };

// Receives what a Reader reads. Every view is valid during the call only. An answer of `stop` (the
// session has ended) makes the reader drop the rest of the bytes, now and for ever.
class Sink {
 public:
  virtual Next on_text(std::string_view message) = 0;  // valid UTF-8
  virtual Next on_binary(std::string_view message) = 0;

  // BinaryMode::streamed only, in place of on_binary: the next piece of a binary message. One call
  // may be both first and last; the last piece may be empty.
  virtual Next on_binary_chunk(std::string_view piece, bool first, bool last) = 0;

  virtual Next on_ping(std::string_view payload) = 0;  // to be answered by a pong with this payload
  virtual Next on_pong(std::string_view payload) = 0;

  // The client's Close frame, once: `code` may be echoed as it is (kNoStatus when it had none).
  // The reader takes nothing any more after it.
  virtual void on_close(std::uint16_t code, std::string_view reason) = 0;

 protected:
  ~Sink() = default;
};

}  // namespace chat::websocket
