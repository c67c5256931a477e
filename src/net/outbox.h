// What waits to be written to one connection: shared bytes in order, the first perhaps in part.
//
// Owned by the connection. Holds no memory of its own unless several pieces wait.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/shared_bytes.h"

namespace chat::net {

class Outbox {
 public:
  void push(SharedBytes bytes);

  bool empty() const { return bytes_ == 0; }
  std::size_t bytes() const { return bytes_; }

  // Points `vectors` at the first pieces; returns how many were filled.
  std::size_t gather(std::span<iovec> vectors) const;

  // A contiguous view of up to `scratch.size()` bytes from the front: of the first piece where that
  // is enough, else copied together in `scratch`. Repeated without consume(), the bytes begin the
  // same and are no fewer, as SSL_write asks of a retry.
  std::span<const char> front(std::span<char> scratch) const;

  // Drops `count` bytes, at most bytes(), from the front.
  void consume(std::size_t count);

  void clear();

 private:
  SharedBytes first_;
  std::vector<SharedBytes> rest_;  // what is behind the first piece
  std::uint32_t next_ = 0;         // index of the second piece there
  std::uint32_t offset_ = 0;       // bytes of the first that are consumed
  std::size_t bytes_ = 0;
};

}  // namespace chat::net
