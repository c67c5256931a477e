// A data message that is still arriving: in several frames, in several reads, or compressed.
//
// Owned by a Reader from the first frame of the message to its last. Every byte is checked as it
// comes: size, UTF-8 and deflate data fail at once, not at the end of the message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "websocket/deflate.h"
#include "websocket/failure.h"
#include "websocket/sink.h"
#include "websocket/utf8.h"

namespace chat::websocket {

enum class Delivery : std::uint8_t {
  text,           // on_text, at the end
  binary,         // on_binary, at the end
  binary_chunks,  // on_binary_chunk, at once
};

class Message {
 public:
  struct Bounds {
    std::uint64_t size;       // bytes of all frames, inflated, and also before inflation (with some
                              // room for what deflate adds to data it cannot shrink)
    std::uint32_t fragments;  // frames
  };

  // A null `inflater`: the message is as it is.
  Message(Delivery delivery, Bounds bounds, Inflaters::Lease inflater);

  // Announces a frame with `length` bytes of payload.
  const Failure* begin_frame(std::uint64_t length);

  // Takes the next unmasked bytes of the payload.
  const Failure* add(std::string_view payload, Sink& sink);

  // Ends the message and hands it to `sink`.
  const Failure* finish(Sink& sink);

 private:
  const Failure* inflate(Sink& sink);
  const Failure* accept(std::string_view data, Sink& sink);

  std::string buffer_;
  Inflaters::Lease inflater_;
  Bounds bounds_;
  std::uint64_t max_wire_;
  std::uint64_t size_ = 0;  // of the message so far
  std::uint64_t wire_ = 0;  // declared by its frames so far
  std::uint32_t fragments_ = 0;
  Utf8Validator utf8_;
  Delivery delivery_;
  bool first_chunk_ = true;
};

}  // namespace chat::websocket
