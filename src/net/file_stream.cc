#include "net/file_stream.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "net/file_lookup.h"
#include "net/http_exchange.h"

namespace chat::net {
namespace {

constexpr std::chrono::milliseconds kRetryWhenBusy{20};

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
  if (!queued) {
    retry_ = loop_.after(kRetryWhenBusy, [this, exchange] { pull(exchange); });
    return;
  }
  offset_ += count;
  left_ -= count;
}

}  // namespace chat::net
