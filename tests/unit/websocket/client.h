// A client's half for tests: masked frames to send, and a sink that writes down what a reader
// hands out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "websocket/reader.h"

namespace chat::websocket::test {

inline constexpr std::uint8_t kFin = 0x80;
inline constexpr std::uint8_t kRsv1 = 0x40;

// A frame with the shortest length that fits, masked by a fixed key.
inline std::string client_frame(int first_byte, std::string_view payload) {
  constexpr std::string_view kKey = "\x37\xfa\x21\x3d";
  std::string frame(1, static_cast<char>(first_byte));
  const std::size_t size = payload.size();
  const int extra = size < 126 ? 0 : size < 0x10000 ? 2 : 8;
  frame += static_cast<char>(0x80 | (extra == 0 ? size : extra == 2 ? 126 : 127));
  for (int i = extra - 1; i >= 0; --i) frame += static_cast<char>(size >> 8 * i);
  frame += kKey;
  for (std::size_t i = 0; i < size; ++i) frame += static_cast<char>(payload[i] ^ kKey[i % 4]);
  return frame;
}

inline std::string text_frame(std::string_view payload) { return client_frame(0x81, payload); }
inline std::string binary_frame(std::string_view payload) { return client_frame(0x82, payload); }
inline std::string ping_frame(std::string_view payload) { return client_frame(0x89, payload); }

inline std::string close_frame(int code, std::string_view reason = {}) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
  return client_frame(0x88, payload.append(reason));
}

// Bytes given in hexadecimal, white space aside.
inline std::string from_hex(std::string_view hex) {
  std::string digits;
  for (const char c : hex)
    if (c != ' ') digits += c;
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

using Events = std::vector<std::string>;

class RecordingSink final : public Sink {
 public:
  Next on_text(std::string_view message) override { return note("text", message); }
  Next on_binary(std::string_view message) override { return note("binary", message); }
  Next on_binary_chunk(std::string_view piece, bool first, bool last) override {
    streamed += piece;
    ++chunks;
    if (first) note("first", {});
    return last ? note("last", streamed) : next();
  }
  Next on_ping(std::string_view payload) override { return note("ping", payload); }
  Next on_pong(std::string_view payload) override { return note("pong", payload); }
  void on_close(std::uint16_t code, std::string_view reason) override {
    note("close", std::to_string(code) + " " + std::string(reason));
  }

  Events events;
  std::string streamed;        // all pieces of binary messages
  int chunks = 0;              // calls of on_binary_chunk
  std::size_t stop_after = 0;  // events; 0: never

 private:
  Next next() const {
    return stop_after != 0 && events.size() >= stop_after ? Next::stop : Next::proceed;
  }
  Next note(std::string_view kind, std::string_view payload) {
    events.push_back(std::string(kind) + ":" + std::string(payload));
    return next();
  }
};

struct Options {
  Limits limits;
  bool deflate = false;
  BinaryMode mode = BinaryMode::whole;
};

// A reader with all it needs around it.
class Client {
 public:
  explicit Client(const Options& options = {})
      : limits_(options.limits),
        reader(limits_, options.deflate ? &inflaters_ : nullptr, options.mode) {}

  // Feeds a copy of `bytes` that has no byte to spare, so that sanitizers see a read too far.
  const Failure* send(std::string_view bytes) {
    const auto copy = std::make_unique<char[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), copy.get());
    return reader.feed({copy.get(), bytes.size()}, sink);
  }

  // Feeds `bytes` in pieces of `size`, up to the first failure.
  const Failure* send_in_pieces(std::string_view bytes, std::size_t size) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size())))
      if (const Failure* failed = send(bytes.substr(0, size))) return failed;
    return nullptr;
  }

 private:
  Limits limits_;
  Inflaters inflaters_;

 public:
  RecordingSink sink;
  Reader reader;
};

// The close code that `stream` earns, 0 for none.
inline int code_of(const Failure* failure) { return failure == nullptr ? 0 : failure->code; }

struct Outcome {
  Events events;
  int code = 0;
  bool operator==(const Outcome&) const = default;
};

// What comes of `stream`, the same however it is cut: whole, in two at every place, in small
// pieces. Returns the outcome of the whole, and reports every difference through `differs`.
template <class Differs>
Outcome read_every_way(std::string_view stream, const Options& options, Differs differs) {
  Client whole(options);
  const int code = code_of(whole.send(stream));
  const Outcome expected{whole.sink.events, code};
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    Client client(options);
    const Failure* failed = client.send(stream.substr(0, cut));
    if (failed == nullptr) failed = client.send(stream.substr(cut));
    if (Outcome{client.sink.events, code_of(failed)} != expected) differs(cut);
  }
  for (std::size_t size = 1; size <= 7; ++size) {
    Client client(options);
    const Failure* failed = client.send_in_pieces(stream, size);
    if (Outcome{client.sink.events, code_of(failed)} != expected) differs(size);
  }
  return expected;
}

}  // namespace chat::websocket::test
