#include "picture/heif_items.h"

#include <algorithm>
#include <array>

namespace chat::picture {
namespace {

// Types of items that are seen, or are made of such.
constexpr std::array<std::string_view, 15> kPictures = {"hvc1", "hev1", "lhv1", "av01", "avc1",
                                                        "vvc1", "evc1", "jpeg", "j2k1", "unci",
                                                        "mski", "grid", "iovl", "iden", "tmap"};

constexpr std::size_t kVersionAndFlags = 4;

// How a place is counted.
constexpr std::uint64_t kInFile = 0;
constexpr std::uint64_t kInIdat = 1;

// Reads numbers, the highest byte first, and remembers when there were too few bytes.
class Numbers {
 public:
  Numbers(std::string_view file, std::size_t at, std::size_t end)
      : file_(file), at_(at), end_(end) {}

  std::uint64_t take(std::size_t size) {
    if (size > end_ - at_) {
      good_ = false;
      return 0;
    }
    at_ += size;
    return number_at(file_, at_ - size, size);
  }
  std::size_t at() const { return at_; }
  bool good() const { return good_; }

 private:
  std::string_view file_;
  std::size_t at_;
  std::size_t end_;
  bool good_ = true;
};

bool add_item(HeifItems& items, std::string_view file, const Box& infe) {
  Numbers numbers(file, infe.body, infe.end);
  const std::uint64_t version = numbers.take(1);
  numbers.take(3);
  const auto id = static_cast<std::uint32_t>(numbers.take(version == 3 ? 4 : 2));
  numbers.take(2);
  HeifItem item;
  if (version >= 2) {
    item.type_at = numbers.at();
    numbers.take(4);
    item.is_picture = std::ranges::find(kPictures, file.substr(item.type_at, 4)) != kPictures.end();
  }
  item.name = {numbers.at(), infe.end};
  if (!numbers.good()) return false;
  return items.emplace(id, std::move(item)).second;
}

bool read_items(HeifItems& items, std::string_view file, const Box& iinf) {
  const std::size_t count = number_at(file, iinf.body, 1) == 0 ? 2 : 4;
  const std::size_t first = iinf.body + kVersionAndFlags + count;
  if (first > iinf.end) return false;
  BoxReader boxes(file, first, iinf.end);
  while (const auto box = boxes.next())
    if (box->type == "infe" && !add_item(items, file, *box)) return false;
  return boxes.whole();
}

// `count` bytes at `offset`, as far as they are in `area`; 0 is all that follows.
Range part_of(Range area, std::uint64_t offset, std::uint64_t count) {
  const std::size_t size = area.end - area.begin;
  const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(offset, size));
  const std::size_t left = size - skipped;
  const auto taken =
      count == 0 ? left : static_cast<std::size_t>(std::min<std::uint64_t>(count, left));
  return {area.begin + skipped, area.begin + skipped + taken};
}

bool read_places(HeifItems& items, std::string_view file, const Box& iloc, Range idat) {
  Numbers numbers(file, iloc.body, iloc.end);
  const std::uint64_t version = numbers.take(1);
  numbers.take(3);
  const std::uint64_t sizes = numbers.take(1);
  const std::uint64_t more_sizes = numbers.take(1);
  const std::uint64_t offset_size = sizes >> 4U;
  const std::uint64_t length_size = sizes & 15U;
  const std::uint64_t base_size = more_sizes >> 4U;
  const std::uint64_t index_size = version == 0 ? 0 : more_sizes & 15U;
  const auto is_size = [](std::uint64_t size) { return size == 0 || size == 4 || size == 8; };
  if (version > 2 || !is_size(offset_size) || !is_size(length_size) || !is_size(base_size) ||
      !is_size(index_size))
    return false;
  const std::size_t id_size = version == 2 ? 4 : 2;
  const std::uint64_t count = numbers.take(id_size);
  for (std::uint64_t i = 0; i < count && numbers.good(); ++i) {
    const auto id = static_cast<std::uint32_t>(numbers.take(id_size));
    const std::uint64_t method = version == 0 ? kInFile : numbers.take(2) & 15U;
    const bool elsewhere = numbers.take(2) != 0;  // in another file
    const std::uint64_t base = numbers.take(base_size);
    const std::uint64_t extents = numbers.take(2);
    if (extents > 1 && offset_size + length_size == 0) return false;  // all the same
    for (std::uint64_t e = 0; e < extents && numbers.good(); ++e) {
      numbers.take(index_size);
      const std::uint64_t offset = base + numbers.take(offset_size);
      const std::uint64_t length = numbers.take(length_size);
      // What is counted within other items has no bytes of its own.
      if (elsewhere || method > kInIdat || offset < base) continue;
      const Range area = method == kInIdat ? idat : Range{0, file.size()};
      items[id].extents.push_back(part_of(area, offset, length));
    }
  }
  return numbers.good();
}

}  // namespace

std::optional<HeifItems> heif_items(std::string_view file, const Box& iinf, const Box& iloc,
                                    Range idat) {
  HeifItems items;
  if (!read_items(items, file, iinf) || !read_places(items, file, iloc, idat)) return std::nullopt;
  return items;
}

}  // namespace chat::picture
