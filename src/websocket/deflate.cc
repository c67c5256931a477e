#include "websocket/deflate.h"

#include <algorithm>
#include <new>

namespace chat::websocket {
namespace {

// What a sync flush ends with, and RFC 7692 section 7.2.1 leaves out on the wire: the rest of an
// empty stored block.
constexpr std::string_view kFlushTail("\x00\x00\xff\xff", 4);

constexpr int kFullWindowBits = 15;
constexpr int kSmallWindowBits = 9;
constexpr std::size_t kKeptInflaters = 4;

// zlib takes its input through a pointer to non-const, but does not write there.
Bytef* input_of(std::string_view bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

}  // namespace

Deflater::Deflater(Compression window, int level) {
  const bool full = window == Compression::full_window;
  const int raw_window_bits = full ? -kFullWindowBits : -kSmallWindowBits;
  const int memory_level = full ? 8 : 5;
  if (deflateInit2(&stream_, level, Z_DEFLATED, raw_window_bits, memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
}

Deflater::~Deflater() { deflateEnd(&stream_); }

std::optional<Deflater::Output> Deflater::deflate(std::string_view payload) {
  // With the tail that is cut off, a result as long as this would gain nothing.
  const std::size_t room = payload.size() + kFlushTail.size();
  Output output{std::make_unique_for_overwrite<char[]>(room), 0};

  stream_.next_in = input_of(payload);
  stream_.avail_in = static_cast<uInt>(payload.size());
  stream_.next_out = reinterpret_cast<Bytef*>(output.bytes.get());
  stream_.avail_out = static_cast<uInt>(room);
  ::deflate(&stream_, Z_SYNC_FLUSH);
  const bool fits = stream_.avail_in == 0 && stream_.avail_out > 0;
  output.size = room - stream_.avail_out - kFlushTail.size();
  deflateReset(&stream_);
  if (!fits) return std::nullopt;
  return output;
}

Inflater::Inflater() {
  if (inflateInit2(&stream_, -kFullWindowBits) != Z_OK) throw std::bad_alloc();
}

Inflater::~Inflater() { inflateEnd(&stream_); }

void Inflater::begin() { inflateReset(&stream_); }

void Inflater::feed(std::string_view input) {
  stream_.next_in = input_of(input);
  stream_.avail_in = static_cast<uInt>(input.size());
}

void Inflater::feed_end() { feed(kFlushTail); }

Inflater::Result Inflater::next(char* out, std::size_t room, std::size_t& produced) {
  stream_.next_out = reinterpret_cast<Bytef*>(out);
  stream_.avail_out = static_cast<uInt>(room);
  const int result = inflate(&stream_, Z_SYNC_FLUSH);
  produced = room - stream_.avail_out;
  switch (result) {
    case Z_OK:
      return stream_.avail_out == 0 ? Result::more : Result::consumed;
    case Z_BUF_ERROR:
      return Result::consumed;
    case Z_STREAM_END:  // a final block, after which RFC 7692 section 7.2.3.4 lets others follow
      inflateReset(&stream_);
      return stream_.avail_in > 0 ? Result::more : Result::consumed;
    default:
      return Result::bad_data;
  }
}

bool Inflater::at_end() const {
  constexpr int kBetweenBlocks = 128;
  return (stream_.data_type & kBetweenBlocks) != 0;
}

Inflaters::Lease Inflaters::lend() {
  std::unique_ptr<Inflater> inflater;
  if (idle_.empty()) {
    inflater = std::make_unique<Inflater>();
  } else {
    inflater = std::move(idle_.back());
    idle_.pop_back();
    inflater->begin();
  }
  return Lease(inflater.release(), Return{this});
}

void Inflaters::take_back(Inflater* inflater) {
  std::unique_ptr<Inflater> owned(inflater);
  if (idle_.size() < kKeptInflaters) idle_.push_back(std::move(owned));
}

}  // namespace chat::websocket
