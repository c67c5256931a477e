// One message on its way to any number of clients: encoded at most once per wire, compressed at
// most once per window, and the same frame queued to every receiver.
//
// Lives on the stack of whoever sends; the frames live on in the outboxes.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/shared_bytes.h"
#include "protocol/codec.h"
#include "protocol/wire.h"
#include "websocket/deflate.h"
#include "websocket/frame.h"

namespace chat::session {

// Makes the frames of this worker: owns its compressors.
class Framer {
 public:
  // Messages shorter than `compression_min_size` bytes are never compressed.
  explicit Framer(std::size_t compression_min_size) : compression_min_size_(compression_min_size) {}

  void set_compression_min_size(std::size_t size) { compression_min_size_ = size; }

  SharedBytes frame(protocol::Wire wire, std::string_view payload,
                    websocket::Compression compression);

  // Whether a payload of this size is compressed for clients that can read it.
  bool compresses(std::size_t size) const { return size >= compression_min_size_; }

 private:
  std::size_t compression_min_size_;
  websocket::Deflater small_{websocket::Compression::small_window};
  websocket::Deflater full_{websocket::Compression::full_window};
};

class Outgoing {
 public:
  // `message` is any event of the protocol; it must outlive this object.
  template <class Event>
  Outgoing(Framer& framer, const Event& message)
      : framer_(framer),
        v1_only_(is_v1_only(message.type)),
        encode_([&message](protocol::Wire wire) { return protocol::encode(wire, message); }) {}

  // The frame for a client that speaks `wire` and negotiated `compression`.
  const SharedBytes& frame(protocol::Wire wire, websocket::Compression compression);

  // Whether legacy clients know nothing of such messages.
  bool v1_only() const { return v1_only_; }

 private:
  static bool is_v1_only(int type);

  static constexpr std::size_t kWires = 2;
  static constexpr std::size_t kCompressions = 3;

  Framer& framer_;
  bool v1_only_;
  std::function<std::string(protocol::Wire)> encode_;
  std::array<std::optional<std::string>, kWires> payloads_;
  std::array<std::array<SharedBytes, kCompressions>, kWires> frames_;
};

}  // namespace chat::session
