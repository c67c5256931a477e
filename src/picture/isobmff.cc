#include "picture/isobmff.h"

#include <algorithm>

namespace chat::picture {
namespace {

constexpr std::size_t kHead = 8;       // size and type
constexpr std::size_t kLongHead = 16;  // with a size of eight bytes

}  // namespace

std::uint64_t number_at(std::string_view file, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = at; i < at + size; ++i)
    value = value << 8U | (i < file.size() ? static_cast<unsigned char>(file[i]) : 0U);
  return value;
}

BoxReader::BoxReader(std::string_view file, std::size_t at, std::size_t end)
    : file_(file), at_(std::min(at, end)), end_(end) {}

std::optional<Box> BoxReader::next() {
  const std::size_t left = end_ - at_;
  if (left < kHead) return std::nullopt;
  std::uint64_t size = number_at(file_, at_, 4);
  std::size_t head = kHead;
  if (size == 1 && left >= kLongHead) {
    size = number_at(file_, at_ + kHead, 8);
    head = kLongHead;
  }
  if (size == 0) size = left;  // up to the end
  if (size < head || size > left) return std::nullopt;
  const Box box{file_.substr(at_ + 4, 4), at_, at_ + head, at_ + static_cast<std::size_t>(size)};
  at_ = box.end;
  return box;
}

}  // namespace chat::picture
