#include "net/outbox.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace chat::net {
namespace {

constexpr std::size_t kFirstCapacity = 4;
constexpr std::uint32_t kConsumedToKeep = 64;  // slots, before the queue is moved down

}  // namespace

void Outbox::push(SharedBytes bytes) {
  if (bytes.empty()) return;
  bytes_ += bytes.size();
  if (first_.empty()) {
    first_ = std::move(bytes);
    return;
  }
  if (rest_.empty()) rest_.reserve(kFirstCapacity);
  rest_.push_back(std::move(bytes));
}

std::size_t Outbox::gather(std::span<iovec> vectors) const {
  const auto point_at = [](const SharedBytes& piece, std::size_t skip) {
    return iovec{.iov_base = const_cast<char*>(piece.data() + skip),
                 .iov_len = piece.size() - skip};
  };
  if (empty()) return 0;
  vectors[0] = point_at(first_, offset_);
  const std::size_t count = std::min(vectors.size(), 1 + rest_.size() - next_);
  for (std::size_t i = 1; i < count; ++i) vectors[i] = point_at(rest_[next_ + i - 1], 0);
  return count;
}

std::span<const char> Outbox::front(std::span<char> scratch) const {
  if (empty()) return {};
  const std::size_t left = first_.size() - offset_;
  if (left >= scratch.size() || left == bytes_) {
    return {first_.data() + offset_, std::min(left, scratch.size())};
  }
  std::memcpy(scratch.data(), first_.data() + offset_, left);
  std::size_t filled = left;
  for (std::size_t i = next_; i < rest_.size() && filled < scratch.size(); ++i) {
    const std::size_t count = std::min(rest_[i].size(), scratch.size() - filled);
    std::memcpy(scratch.data() + filled, rest_[i].data(), count);
    filled += count;
  }
  return scratch.first(filled);
}

void Outbox::consume(std::size_t count) {
  bytes_ -= count;
  if (bytes_ == 0) return clear();
  while (count >= first_.size() - offset_) {
    count -= first_.size() - offset_;
    first_ = std::move(rest_[next_++]);
    offset_ = 0;
  }
  offset_ += static_cast<std::uint32_t>(count);
  if (next_ > kConsumedToKeep && next_ > rest_.size() / 2) {
    rest_.erase(rest_.begin(), rest_.begin() + next_);
    next_ = 0;
  }
}

void Outbox::clear() {
  first_ = SharedBytes();
  if (rest_.capacity() > 0) std::vector<SharedBytes>().swap(rest_);
  next_ = 0;
  offset_ = 0;
  bytes_ = 0;
}

}  // namespace chat::net
