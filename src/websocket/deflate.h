// permessage-deflate (RFC 7692), always without context takeover in both directions.
//
// No message refers to an earlier one, so a connection owns no compressor state: a worker has one
// Deflater for each window that clients ask for, and lends an Inflater to a reader while it is
// within a compressed message. One deflated frame serves every receiver with the same window.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace chat::websocket {

// What the server may send compressed on a connection, as the handshake settled it.
enum class Compression : std::uint8_t {
  none,
  small_window,  // 512 bytes: for clients that ask for any server_max_window_bits from 9 to 14
  full_window,   // 32 KiB: for everybody else
};

// Compresses whole messages. Holds 260 KiB (small window: 25 KiB) for as long as it lives.
class Deflater {
 public:
  struct Output {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };

  // `window` is not `none`; `level` is zlib's, 1 (fast) to 9 (small).
  explicit Deflater(Compression window, int level = 3);
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // The payload of a compressed message, or nothing when it would not be shorter than `payload`.
  std::optional<Output> deflate(std::string_view payload);

 private:
  z_stream stream_{};
};

// Decompresses one message at a time, in pieces as they arrive; up to 40 KiB while it lives.
class Inflater {
 public:
  enum class Result {
    more,      // a piece of output is ready, call again
    consumed,  // all input is used up
    bad_data,  // not a deflate stream: the connection must fail
  };

  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Forgets the message before, whatever state it was left in.
  void begin();

  // Sets the next piece of the payload; `input` must live until next() says `consumed`.
  void feed(std::string_view input);

  // Sets the end of the payload: the four bytes that the sender removed (RFC 7692 section 7.2.2).
  void feed_end();

  // Inflates at most `room` bytes into `out` and sets `produced`. Call until it is not `more`.
  Result next(char* out, std::size_t room, std::size_t& produced);

  // Whether what was fed ends at the end of a deflate block, as a whole message does.
  bool at_end() const;

 private:
  z_stream stream_{};
};

// The inflaters of one worker: lent for the time of a message, kept for the next one.
class Inflaters {
 public:
  struct Return {
    Inflaters* pool = nullptr;
    void operator()(Inflater* inflater) const { pool->take_back(inflater); }
  };
  using Lease = std::unique_ptr<Inflater, Return>;

  // An inflater that has begun a new message. The pool must outlive the lease.
  Lease lend();

 private:
  void take_back(Inflater* inflater);

  std::vector<std::unique_ptr<Inflater>> idle_;
};

}  // namespace chat::websocket
