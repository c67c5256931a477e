#include "websocket/reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "websocket/ended.h"
#include "websocket/message.h"
#include "websocket/utf8.h"

namespace chat::websocket {
namespace {

// Cuts the first `size` bytes off `bytes`.
std::span<char> take(std::span<char>& bytes, std::size_t size) {
  const std::span<char> taken = bytes.first(size);
  bytes = bytes.subspan(size);
  return taken;
}

// RFC 6455 section 5.5.1.
const Failure* deliver_close(std::string_view payload, Sink& sink) {
  if (payload.empty()) {
    sink.on_close(kNoStatus, {});
    return &kEnded;
  }
  if (payload.size() == 1) return &failure::kShortClose;
  const auto high = static_cast<std::uint8_t>(payload[0]);
  const auto low = static_cast<std::uint8_t>(payload[1]);
  const auto code = static_cast<std::uint16_t>(high << 8 | low);
  if (!may_be_sent(code)) return &failure::kBadCloseCode;
  const std::string_view reason = payload.substr(2);
  if (!is_valid_utf8(reason)) return &failure::kNotUtf8;
  sink.on_close(code, reason);
  return &kEnded;
}

const Failure* deliver_control(Opcode opcode, std::string_view payload, Sink& sink) {
  if (opcode == Opcode::ping) return ended_by(sink.on_ping(payload));
  if (opcode == Opcode::pong) return ended_by(sink.on_pong(payload));
  return deliver_close(payload, sink);
}

// A message that is there as a whole, uncompressed.
const Failure* deliver_data(Delivery delivery, std::string_view payload, Sink& sink) {
  if (delivery == Delivery::binary_chunks)
    return ended_by(sink.on_binary_chunk(payload, true, true));
  if (delivery == Delivery::binary) return ended_by(sink.on_binary(payload));
  return is_valid_utf8(payload) ? ended_by(sink.on_text(payload)) : &failure::kNotUtf8;
}

}  // namespace

struct Reader::Pending {
  std::optional<Message> message;
  std::string control;  // the payload so far of a control frame, which may come within a message
};

Reader::Reader(const Limits& limits, Inflaters* inflaters, BinaryMode binary_mode)
    : limits_(&limits),
      inflaters_(inflaters),
      streams_binary_(binary_mode == BinaryMode::streamed) {}

Reader::~Reader() = default;

const Failure* Reader::feed(std::span<char> bytes, Sink& sink) {
  const Failure* failed = nullptr;
  while (!ended_ && !bytes.empty()) {
    failed = in_payload_ ? read_payload(bytes, sink) : read_header(bytes, sink);
    ended_ = failed != nullptr;
  }
  if (ended_) pending_.reset();
  return failed == &kEnded ? nullptr : failed;
}

const Failure* Reader::read_header(std::span<char>& bytes, Sink& sink) {
  const std::size_t had = head_size_;
  const std::size_t more = std::min(bytes.size(), head_.size() - had);
  std::copy_n(bytes.begin(), more, head_.begin() + had);
  const std::span<const char> head = std::span(head_).first(had + more);
  if (const Failure* failed = parse_header(head, inflaters_ != nullptr, frame_)) return failed;
  if (frame_.size == 0) {
    head_size_ = static_cast<std::uint8_t>(head.size());
    take(bytes, more);
    return nullptr;
  }
  head_size_ = 0;
  take(bytes, frame_.size - had);
  return is_control(frame_.opcode) ? begin_control(bytes, sink) : begin_data(bytes, sink);
}

const Failure* Reader::begin_control(std::span<char>& bytes, Sink& sink) {
  if (frame_.length > bytes.size()) return read_payload(bytes, sink);
  return deliver_control(frame_.opcode, unmask(take(bytes, frame_.length)), sink);
}

// Between two frames, pending_ is there exactly while a message is.
const Failure* Reader::begin_data(std::span<char>& bytes, Sink& sink) {
  if (frame_.opcode == Opcode::continuation) {
    if (!pending_) return &failure::kNothingToContinue;
  } else {
    if (pending_) return &failure::kUnfinishedMessage;
    const Delivery delivery = frame_.opcode == Opcode::text ? Delivery::text
                              : streams_binary_             ? Delivery::binary_chunks
                                                            : Delivery::binary;
    const Message::Bounds bounds =
        delivery == Delivery::binary_chunks
            ? Message::Bounds{limits_->max_streamed_binary, limits_->max_streamed_fragments}
            : Message::Bounds{limits_->max_message, limits_->max_fragments};
    if (frame_.final && !frame_.compressed && frame_.length <= bytes.size()) {
      if (frame_.length > bounds.size) return &failure::kTooLong;
      return deliver_data(delivery, unmask(take(bytes, frame_.length)), sink);
    }
    pending_ = std::make_unique<Pending>();
    pending_->message.emplace(delivery, bounds,
                              frame_.compressed ? inflaters_->lend() : Inflaters::Lease());
  }
  Message& message = *pending_->message;
  if (const Failure* failed = message.begin_frame(frame_.length)) return failed;
  return read_payload(bytes, sink);
}

const Failure* Reader::read_payload(std::span<char>& bytes, Sink& sink) {
  const std::span<char> piece = take(bytes, std::min<std::uint64_t>(bytes.size(), frame_.length));
  frame_.length -= piece.size();
  in_payload_ = frame_.length > 0;
  const std::string_view payload = unmask(piece);
  return is_control(frame_.opcode) ? add_to_control(payload, sink) : add_to_message(payload, sink);
}

const Failure* Reader::add_to_control(std::string_view payload, Sink& sink) {
  if (!pending_) pending_ = std::make_unique<Pending>();
  pending_->control.append(payload);
  if (in_payload_) return nullptr;
  const std::string whole = std::exchange(pending_->control, {});
  if (!pending_->message) pending_.reset();
  return deliver_control(frame_.opcode, whole, sink);
}

const Failure* Reader::add_to_message(std::string_view payload, Sink& sink) {
  Message& message = *pending_->message;
  if (const Failure* failed = message.add(payload, sink)) return failed;
  if (in_payload_ || !frame_.final) return nullptr;
  const Failure* failed = message.finish(sink);
  pending_.reset();
  return failed;
}

std::string_view Reader::unmask(std::span<char> payload) {
  apply_mask(payload, frame_.mask);
  return {payload.data(), payload.size()};
}

}  // namespace chat::websocket
