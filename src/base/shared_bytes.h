// Immutable bytes with a reference count, so that one encoded frame can wait in many outboxes.
//
// Owned by whoever holds a SharedBytes; the last holder frees the block. The count is not atomic:
// a SharedBytes never leaves the event-loop thread that made it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace chat {

class SharedBytes {
 public:
  SharedBytes() = default;
  explicit SharedBytes(std::string_view bytes) : SharedBytes(bytes, {}) {}

  // The concatenation of two pieces, typically a frame header and its payload.
  SharedBytes(std::string_view head, std::string_view tail)
      : block_(allocate(head.size() + tail.size())) {
    if (!head.empty()) std::memcpy(data_of(block_), head.data(), head.size());
    if (!tail.empty()) std::memcpy(data_of(block_) + head.size(), tail.data(), tail.size());
  }

  SharedBytes(const SharedBytes& other) : block_(other.block_) {
    if (block_ != nullptr) ++block_->references;
  }
  SharedBytes(SharedBytes&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedBytes& operator=(SharedBytes other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedBytes() {
    if (block_ != nullptr && --block_->references == 0) ::operator delete(block_);
  }

  const char* data() const { return block_ == nullptr ? nullptr : data_of(block_); }
  std::size_t size() const { return block_ == nullptr ? 0 : block_->size; }
  bool empty() const { return size() == 0; }
  std::string_view view() const { return {data(), size()}; }

 private:
  struct Block {
    std::size_t references;
    std::size_t size;
  };

  static Block* allocate(std::size_t size) {
    return new (::operator new(sizeof(Block) + size)) Block{1, size};
  }
  static char* data_of(Block* block) { return reinterpret_cast<char*>(block + 1); }

  Block* block_ = nullptr;
};

}  // namespace chat
