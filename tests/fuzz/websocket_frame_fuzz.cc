// The frame reader under hostile bytes. The first two bytes choose the reader's mode and how the
// rest is cut; whatever the cut, the outcome must be that of the uncut stream.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "websocket/close_code.h"
#include "websocket/deflate.h"
#include "websocket/reader.h"
#include "websocket/utf8.h"

namespace {

using namespace chat::websocket;

void require(bool holds) {
  if (!holds) std::abort();
}

// What is deflated can be inflated again, in pieces, and is the same.
void check_deflate(std::string_view message, Compression window) {
  Deflater deflater(window);
  const auto deflated = deflater.deflate(message);
  if (!deflated) return;  // it did not shrink
  Inflater inflater;
  inflater.begin();
  std::string again;
  const auto drain = [&] {
    char piece[64];
    auto result = Inflater::Result::more;
    while (result == Inflater::Result::more) {
      std::size_t produced = 0;
      result = inflater.next(piece, sizeof piece, produced);
      again.append(piece, produced);
    }
    require(result == Inflater::Result::consumed);
  };
  inflater.feed({deflated->bytes.get(), deflated->size});
  drain();
  inflater.feed_end();
  drain();
  require(again == message && inflater.at_end());
}

constexpr Limits kLimits{.max_message = 4096, .max_streamed_binary = 8192, .max_fragments = 64};

// Checks every promise of the Sink and keeps what was handed out, however it came.
class CheckingSink final : public Sink {
 public:
  Next on_text(std::string_view message) override {
    require(is_valid_utf8(message) && message.size() <= kLimits.max_message);
    check_deflate(message, Compression::small_window);
    return note('t', message);
  }
  Next on_binary(std::string_view message) override {
    require(message.size() <= kLimits.max_message);
    check_deflate(message, Compression::full_window);
    return note('b', message);
  }
  Next on_binary_chunk(std::string_view piece, bool first, bool last) override {
    require(!ended_ && first != within_upload_);
    upload_ += piece;
    require(upload_.size() <= kLimits.max_streamed_binary);
    within_upload_ = !last;
    if (!last) return Next::proceed;
    return note('u', std::exchange(upload_, {}));
  }
  Next on_ping(std::string_view payload) override { return control('p', payload); }
  Next on_pong(std::string_view payload) override { return control('o', payload); }
  void on_close(std::uint16_t code, std::string_view reason) override {
    require(code == kNoStatus ? reason.empty() : may_be_sent(code));
    require(is_valid_utf8(reason));
    control('c', std::to_string(code).append(reason));
    ended_ = true;
  }

  std::string take_log() { return std::move(log_); }

 private:
  Next control(char kind, std::string_view payload) {
    require(payload.size() <= kMaxControlPayload + 2);
    return note(kind, payload);
  }
  Next note(char kind, std::string_view payload) {
    require(!ended_);
    log_.append(1, kind).append(std::to_string(payload.size())).append(payload);
    ended_ = payload == "stop";
    return ended_ ? Next::stop : Next::proceed;
  }

  std::string log_;
  std::string upload_;
  bool within_upload_ = false;
  bool ended_ = false;
};

std::string outcome_of(std::string stream, std::size_t piece, int mode) {
  Inflaters inflaters;
  CheckingSink sink;
  Reader reader(kLimits, (mode & 1) != 0 ? &inflaters : nullptr,
                (mode & 2) != 0 ? BinaryMode::streamed : BinaryMode::whole);
  std::string_view verdict;
  for (std::size_t at = 0; at < stream.size() && verdict.empty(); at += piece) {
    const std::size_t size = std::min(piece, stream.size() - at);
    if (const Failure* failed = reader.feed({&stream[at], size}, sink)) verdict = failed->reason;
  }
  return sink.take_log().append(verdict);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 1 << 16) return 0;
  const int mode = data[0];
  const std::size_t piece = 1 + data[1];
  const std::string stream(reinterpret_cast<const char*>(data) + 2, size - 2);
  require(outcome_of(stream, stream.size() + 1, mode) == outcome_of(stream, piece, mode));
  return 0;
}
