// TIFF: the file is written anew, everything at its old place, with what shows and nothing else.
#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <utility>
#include <vector>

#include "picture/format.h"

namespace chat::picture {
namespace {

using Tag = std::uint32_t;

enum : Tag {
  kWidth = 256,
  kPhotometric = 262,
  kStrips = 273,
  kStripSizes = 279,
  kTiles = 324,
  kTileSizes = 325,
  kSubdirectories = 330,
  kJpeg = 513,
  kJpegSize = 514,
  kCfaPattern = 33421,
  kRawVersion = 50706,
};

// What says how the bytes of a picture become colours; sorted.
constexpr std::array kShown = std::to_array<Tag>(
    {254, 255, 256, 257, 258, 259, 262, 263, 264, 265,   266,   273,   274,   277,  278, 279,
     280, 281, 282, 283, 284, 288, 289, 290, 291, 292,   293,   296,   297,   301,  317, 318,
     319, 320, 321, 322, 323, 324, 325, 330, 332, 334,   336,   338,   339,   340,  341, 342,
     347, 512, 513, 514, 515, 529, 530, 531, 532, 32995, 32996, 32997, 32998, 34675});

// Pairs of tags: where the bytes are, and how many.
constexpr std::array<std::pair<Tag, Tag>, 3> kData = {
    {{kStrips, kStripSizes}, {kTiles, kTileSizes}, {kJpeg, kJpegSize}}};

constexpr std::size_t kMostDirectories = 10'000;
constexpr std::size_t kMostWork = 4;  // times the size of the file: bytes that are looked at

// Bytes that each value of a type takes; 0 for types that are none.
std::size_t size_of_type(std::uint64_t type) {
  constexpr std::array<std::size_t, 19> kSizes = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4,
                                                  8, 4, 8, 4, 0, 0, 8, 8, 8};
  return type < kSizes.size() ? kSizes[type] : 0;
}

struct Entry {
  Tag tag = 0;
  std::uint64_t type = 0;
  std::uint64_t count = 0;
  std::size_t at = 0;      // the entry itself
  std::size_t values = 0;  // where its values are
};

struct Directory {
  std::size_t at = 0;
  std::vector<Entry> kept;
  std::uint64_t next = 0;
};

// Either of the two kinds of TIFF files.
class Cleaner {
 public:
  explicit Cleaner(std::string_view bytes)
      : in_(bytes),
        out_(bytes.size(), '\0'),
        big_endian_(bytes.starts_with("MM")),
        wide_(number(2, 2) == 43),
        offset_size_(wide_ ? 8 : 4),
        count_size_(wide_ ? 8 : 2),
        entry_size_(wide_ ? 20 : 12) {}

  // Nothing when it is no such picture, or the raw data of a camera, which mean nothing without
  // what its maker says of them.
  std::optional<std::string> run() {
    const std::size_t head = wide_ ? 16 : 8;
    if (in_.size() < head || in_.substr(8).starts_with("CR")) return std::nullopt;
    keep(0, head);
    waiting_.push_back(number(head - offset_size_, offset_size_));
    while (!waiting_.empty()) {
      const std::uint64_t at = waiting_.back();
      waiting_.pop_back();
      if (at == 0 || !seen_.insert(at).second) continue;
      if (seen_.size() > kMostDirectories || !read(at)) return std::nullopt;
    }
    if (!has_picture_) return std::nullopt;
    for (const Directory& directory : directories_) write(directory);
    return std::move(out_);
  }

 private:
  bool read(std::uint64_t place) {
    if (!holds(place, count_size_)) return false;
    Directory directory;
    directory.at = static_cast<std::size_t>(place);
    const std::uint64_t count = number(directory.at, count_size_);
    const std::size_t first = directory.at + count_size_;
    if (count > (in_.size() - first) / entry_size_ || !work(count * entry_size_)) return false;
    const std::size_t end = first + static_cast<std::size_t>(count) * entry_size_;
    if (!holds(end, offset_size_)) return false;
    directory.next = number(end, offset_size_);
    waiting_.push_back(directory.next);
    for (std::size_t at = first; at < end; at += entry_size_)
      if (!take(directory, at)) return false;
    if (!keep_data(directory)) return false;
    directories_.push_back(std::move(directory));
    return true;
  }

  bool take(Directory& directory, std::size_t at) {
    Entry entry;
    entry.at = at;
    entry.tag = static_cast<Tag>(number(at, 2));
    entry.type = number(at + 2, 2);
    entry.count = number(at + 4, offset_size_);
    if (entry.tag == kRawVersion || entry.tag == kCfaPattern) return false;
    if (!std::ranges::binary_search(kShown, entry.tag)) return true;
    const std::size_t each = size_of_type(entry.type);
    const std::size_t value_at = at + 4 + offset_size_;
    if (each == 0 || entry.count > in_.size() / each) return false;
    const std::size_t size = static_cast<std::size_t>(entry.count) * each;
    const std::uint64_t place = size > offset_size_ ? number(value_at, offset_size_) : value_at;
    if (!holds(place, size) || !work(size)) return false;
    entry.values = static_cast<std::size_t>(place);
    if (size > offset_size_) keep(entry.values, size);
    if (entry.tag == kPhotometric && is_raw(value(entry, 0))) return false;
    if (entry.tag == kSubdirectories)
      for (std::uint64_t i = 0; i < entry.count; ++i) waiting_.push_back(value(entry, i));
    directory.kept.push_back(entry);
    return true;
  }

  static bool is_raw(std::uint64_t photometric) {
    return photometric == 32'803 || photometric == 34'892;
  }

  // Strips, tiles, or a JPEG file within.
  bool keep_data(const Directory& directory) {
    for (const auto& [where, how_many] : kData) {
      const Entry* const places = entry_of(directory, where);
      const Entry* const sizes = entry_of(directory, how_many);
      if (places == nullptr) continue;
      if (sizes == nullptr || sizes->count < places->count) return false;
      for (std::uint64_t i = 0; i < places->count; ++i) {
        const std::uint64_t at = std::min<std::uint64_t>(value(*places, i), in_.size());
        const std::uint64_t size = std::min<std::uint64_t>(value(*sizes, i), in_.size() - at);
        if (!work(size)) return false;
        keep(static_cast<std::size_t>(at), static_cast<std::size_t>(size));
      }
      has_picture_ = has_picture_ || entry_of(directory, kWidth) != nullptr;
    }
    return true;
  }

  static const Entry* entry_of(const Directory& directory, Tag tag) {
    const auto found = std::ranges::find(directory.kept, tag, &Entry::tag);
    return found == directory.kept.end() ? nullptr : &*found;
  }

  // Its entries move up to where those were that are gone.
  void write(const Directory& directory) {
    std::size_t at = directory.at;
    put(at, directory.kept.size(), count_size_);
    at += count_size_;
    for (const Entry& entry : directory.kept) {
      std::memcpy(&out_[at], &in_[entry.at], entry_size_);
      at += entry_size_;
    }
    put(at, directory.next, offset_size_);
  }

  bool holds(std::uint64_t at, std::size_t size) const {
    return at <= in_.size() && size <= in_.size() - at;
  }

  // Bounds what overlapping parts can make of a small file.
  bool work(std::uint64_t bytes) {
    worked_ += bytes;
    return worked_ / kMostWork <= in_.size();
  }

  void keep(std::size_t at, std::size_t size) {
    if (size > 0) std::memcpy(&out_[at], &in_[at], size);
  }

  std::uint64_t value(const Entry& entry, std::uint64_t index) const {
    const std::size_t each = size_of_type(entry.type);
    return index < entry.count ? number(entry.values + static_cast<std::size_t>(index) * each, each)
                               : 0;
  }

  // What is behind the end reads as zeros.
  std::uint64_t number(std::size_t at, std::size_t size) const {
    std::uint64_t result = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t from = at + (big_endian_ ? i : size - 1 - i);
      result = result << 8U | (from < in_.size() ? static_cast<unsigned char>(in_[from]) : 0U);
    }
    return result;
  }

  void put(std::size_t at, std::uint64_t number, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t shift = 8 * (big_endian_ ? size - 1 - i : i);
      out_[at + i] = static_cast<char>(number >> shift & 255U);
    }
  }

  std::string_view in_;
  std::string out_;
  bool big_endian_;
  bool wide_;  // BigTIFF
  std::size_t offset_size_;
  std::size_t count_size_;
  std::size_t entry_size_;
  std::vector<std::uint64_t> waiting_;  // directories to be read
  std::set<std::uint64_t> seen_;
  std::vector<Directory> directories_;
  std::uint64_t worked_ = 0;
  bool has_picture_ = false;
};

}  // namespace

bool is_tiff(std::string_view beginning) {
  using namespace std::string_view_literals;
  constexpr std::array kBeginnings = {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv};
  return std::ranges::any_of(kBeginnings,
                             [&](std::string_view each) { return beginning.starts_with(each); });
}

std::optional<Stripped> strip_tiff(std::string_view bytes, std::uint64_t) {
  if (!is_tiff(bytes)) return std::nullopt;
  return without_size(Cleaner(bytes).run());
}

}  // namespace chat::picture
