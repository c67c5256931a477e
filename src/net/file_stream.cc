#include "net/file_stream.h"

#include <sys/sendfile.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "net/file_lookup.h"
#include "net/http_exchange.h"

namespace chat::net {
namespace {

constexpr std::chrono::milliseconds kRetryWhenBusy{20};
constexpr std::size_t kPiecesAtOnce = 16;  // of bytes that need no memory here

struct Sending {
  std::size_t count = 0;
  bool blocked = false;  // the socket takes no more for now
  bool broken = false;   // the file is shorter than it was, or one of the two fails
};

// Sends `count` bytes of a file, fewer when the socket does not take them at once.
Sending send_from(int file, int socket, std::uint64_t offset, std::size_t count) {
  Sending sending;
  while (sending.count < count) {
    auto at = static_cast<off_t>(offset + sending.count);
    const ssize_t sent = ::sendfile(socket, file, &at, count - sending.count);
    if (sent < 0 && errno == EINTR) continue;
    sending.blocked = sent < 0 && errno == EAGAIN;
    sending.broken = sent <= 0 && !sending.blocked;
    if (sent <= 0) break;
    sending.count += static_cast<std::size_t>(sent);
  }
  return sending;
}

}  // namespace

FileStream::FileStream(EventLoop& loop, ThreadPool& pool, UniqueFd file, std::uint64_t offset,
                       std::uint64_t length, std::vector<char> start, std::size_t piece)
    : loop_(loop),
      pool_(pool),
      file_(std::make_shared<const UniqueFd>(std::move(file))),
      offset_(offset + start.size()),
      left_(length - start.size()),
      start_(std::move(start)),
      piece_(piece) {}

void FileStream::pull(const HttpExchangePtr& exchange) {
  if (!start_.empty()) {
    exchange->send_piece(SharedBytes({start_.data(), start_.size()}));
    start_ = std::vector<char>();
    return;
  }
  if (socket_ == nullptr) {
    UniqueFd socket = exchange->own_socket();
    if (socket) socket_ = std::make_shared<const UniqueFd>(std::move(socket));
  }
  const bool queued = socket_ == nullptr ? read(exchange) : send_itself(exchange);
  if (!queued) retry_ = loop_.after(kRetryWhenBusy, [this, exchange] { pull(exchange); });
}

bool FileStream::send_itself(const HttpExchangePtr& exchange) {
  const auto most =
      static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece_ * kPiecesAtOnce));
  const auto sending = std::make_shared<Sending>();
  return pool_.submit([file = file_, socket = socket_, offset = offset_, most,
                       sending] { *sending = send_from(file->get(), socket->get(), offset, most); },
                      [this, exchange, sending] {
                        if (!exchange->is_sending()) return;  // and this object is gone
                        if (sending->broken) return exchange->abort();
                        advance(sending->count);
                        exchange->note_written(sending->count, sending->blocked);
                      });
}

bool FileStream::read(const HttpExchangePtr& exchange) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece_));
  const auto bytes = std::make_shared<std::vector<char>>();
  const bool queued =
      pool_.submit([file = file_, offset = offset_, count,
                    bytes] { *bytes = read_at(file->get(), offset, count); },
                   [exchange, count, bytes] {
                     // A file that has become shorter leaves a promised length that cannot be kept.
                     if (bytes->size() < count) return exchange->abort();
                     exchange->send_piece(SharedBytes({bytes->data(), bytes->size()}));
                   });
  if (queued) advance(count);
  return queued;
}

void FileStream::advance(std::size_t count) {
  offset_ += count;
  left_ -= count;
}

}  // namespace chat::net
