// Boxes of the ISO base media file format, of which HEIF pictures are made.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace chat::picture {

struct Box {
  std::string_view type;  // four letters
  std::size_t begin = 0;  // in the file, with its head
  std::size_t body = 0;
  std::size_t end = 0;
};

// Walks through the boxes that follow each other in [at, end) of a file.
class BoxReader {
 public:
  // `end`: at most the size of the file.
  BoxReader(std::string_view file, std::size_t at, std::size_t end);

  // The next one; nothing at the end, and when what follows is none.
  std::optional<Box> next();

  // Once next() has yielded nothing: bytes that are no box, and whether there are none.
  std::size_t left() const { return end_ - at_; }
  bool whole() const { return left() == 0; }

 private:
  std::string_view file_;
  std::size_t at_;
  std::size_t end_;
};

// A number of up to eight bytes, the highest first; what is behind the end reads as zeros.
std::uint64_t number_at(std::string_view file, std::size_t at, std::size_t size);

}  // namespace chat::picture
