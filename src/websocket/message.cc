#include "websocket/message.h"

#include <utility>

#include "websocket/ended.h"

namespace chat::websocket {
namespace {

// Output of the inflater between two checks of the message's size.
constexpr std::size_t kInflatedPiece = 16 << 10;

// How long deflate data of at most `size` bytes may be: stored blocks add a little to data that
// does not shrink, and the bound keeps empty blocks from going on for ever.
std::uint64_t compressed_bound(std::uint64_t size) { return size + size / 8 + 64; }

}  // namespace

Message::Message(Delivery delivery, Bounds bounds, Inflaters::Lease inflater)
    : inflater_(std::move(inflater)),
      bounds_(bounds),
      max_wire_(inflater_ ? compressed_bound(bounds.size) : bounds.size),
      delivery_(delivery) {}

const Failure* Message::begin_frame(std::uint64_t length) {
  if (++fragments_ > bounds_.fragments) return &failure::kTooManyFragments;
  if (length > max_wire_ - wire_) return &failure::kTooLong;
  wire_ += length;
  return nullptr;
}

const Failure* Message::add(std::string_view payload, Sink& sink) {
  if (!inflater_) return accept(payload, sink);
  inflater_->feed(payload);
  return inflate(sink);
}

const Failure* Message::finish(Sink& sink) {
  if (inflater_ && wire_ > 0) {
    inflater_->feed_end();
    if (const Failure* failed = inflate(sink)) return failed;
    if (!inflater_->at_end()) return &failure::kNotDeflate;
  }
  if (delivery_ == Delivery::binary_chunks)
    return ended_by(sink.on_binary_chunk({}, first_chunk_, true));
  if (delivery_ == Delivery::binary) return ended_by(sink.on_binary(buffer_));
  return utf8_.complete() ? ended_by(sink.on_text(buffer_)) : &failure::kNotUtf8;
}

const Failure* Message::inflate(Sink& sink) {
  char piece[kInflatedPiece];
  while (true) {
    std::size_t produced = 0;
    const Inflater::Result result = inflater_->next(piece, sizeof piece, produced);
    if (const Failure* failed = accept({piece, produced}, sink)) return failed;
    if (result == Inflater::Result::bad_data) return &failure::kNotDeflate;
    if (result == Inflater::Result::consumed) return nullptr;
  }
}

const Failure* Message::accept(std::string_view data, Sink& sink) {
  if (data.empty()) return nullptr;
  // Text is judged up to the bound first: which failure it is does not depend on how it was cut.
  const std::uint64_t room = bounds_.size - size_;
  if (delivery_ == Delivery::text && !utf8_.feed(data.substr(0, room))) return &failure::kNotUtf8;
  if (data.size() > room) return &failure::kTooLong;
  size_ += data.size();
  if (delivery_ == Delivery::binary_chunks)
    return ended_by(sink.on_binary_chunk(data, std::exchange(first_chunk_, false), false));
  buffer_.append(data);
  return nullptr;
}

}  // namespace chat::websocket
