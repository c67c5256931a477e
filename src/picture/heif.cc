// HEIF: HEIC, AVIF and their like. Nothing is moved, as places in the file are counted from its
// beginning: what does not show is overwritten with zeros where it is.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "picture/format.h"
#include "picture/heif_items.h"

namespace chat::picture {
namespace {

constexpr std::array<std::string_view, 12> kBrands = {
    "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1", "avif", "avis"};

// The boxes that say what is seen. Others of the same level are not needed for it.
constexpr std::array<std::string_view, 10> kInMeta = {"hdlr", "pitm", "iinf", "iref", "iprp",
                                                      "idat", "iloc", "dinf", "grpl", "ipro"};
constexpr std::array<std::string_view, 3> kInMovie = {"mvhd", "trak", "mvex"};
constexpr std::array<std::string_view, 4> kInTrack = {"tkhd", "edts", "mdia", "tref"};
constexpr std::array<std::string_view, 4> kTracks = {"pict", "vide", "auxv", "soun"};
// Properties of pictures that are text, times, or unknown to all but their maker.
constexpr std::array<std::string_view, 6> kSaid = {"udes", "altt", "crtt", "mdft", "itai", "uuid"};

constexpr std::string_view kFree = "free";
constexpr std::size_t kVersionAndFlags = 4;
constexpr std::size_t kMostBrands = 64;

template <std::size_t n>
bool is_among(const std::array<std::string_view, n>& types, std::string_view type) {
  return std::ranges::find(types, type) != types.end();
}

// The same bytes as ranges that follow each other and do not touch.
std::vector<Range> merged(std::vector<Range> ranges) {
  std::ranges::sort(ranges, {}, &Range::begin);
  std::vector<Range> result;
  for (const Range& range : ranges) {
    if (result.empty() || range.begin > result.back().end)
      result.push_back(range);
    else
      result.back().end = std::max(result.back().end, range.end);
  }
  return result;
}

class Cleaner {
 public:
  explicit Cleaner(std::string_view bytes) : in_(bytes), out_(bytes) {}

  // Nothing when it is no such picture, or one of whose parts cannot be told apart.
  std::optional<std::string> run() {
    BoxReader boxes(in_, 0, in_.size());
    while (const auto box = boxes.next())
      if (!look_at(*box)) return std::nullopt;
    blank({in_.size() - boxes.left(), in_.size()});
    if (iinf_.end == 0 && !moves_) return std::nullopt;
    if (iinf_.end == 0)
      blank(idat_);
    else if (!clean_items())
      return std::nullopt;
    return std::move(out_);
  }

 private:
  bool look_at(const Box& box) {
    if (box.type == "meta" && !std::exchange(has_meta_, true)) return clean_meta(box);
    if (box.type == "moov") return clean_movie(box);
    if (box.type == "mdat")
      data_.push_back({box.body, box.end});
    else if (box.type != "ftyp" || box.begin != 0)
      release(box);
    return true;
  }

  bool clean_meta(const Box& meta) {
    if (meta.end - meta.body < kVersionAndFlags) return false;
    BoxReader boxes(in_, meta.body + kVersionAndFlags, meta.end);
    while (const auto box = boxes.next()) {
      if (!is_among(kInMeta, box->type)) release(*box);
      if (box->type == "iinf") iinf_ = *box;
      if (box->type == "iloc") iloc_ = *box;
      if (box->type == "idat") idat_ = {box->body, box->end};
      if (box->type == "iprp" && !clean_properties(*box)) return false;
    }
    return boxes.whole();
  }

  bool clean_properties(const Box& iprp) {
    BoxReader boxes(in_, iprp.body, iprp.end);
    while (const auto box = boxes.next()) {
      if (box->type != "ipco") continue;
      BoxReader properties(in_, box->body, box->end);
      while (const auto property = properties.next())
        if (is_among(kSaid, property->type)) release(*property);
      if (!properties.whole()) return false;
    }
    return boxes.whole();
  }

  bool clean_movie(const Box& moov) {
    moves_ = true;
    BoxReader boxes(in_, moov.body, moov.end);
    while (const auto box = boxes.next()) {
      if (!is_among(kInMovie, box->type)) release(*box);
      if (box->type == "trak" && !clean_track(*box)) return false;
    }
    return boxes.whole();
  }

  // A track that is neither seen nor heard may tell of places as time goes by.
  bool clean_track(const Box& trak) {
    bool shown = false;
    BoxReader boxes(in_, trak.body, trak.end);
    while (const auto box = boxes.next()) {
      if (!is_among(kInTrack, box->type)) release(*box);
      if (box->type == "mdia") shown = is_shown(*box);
    }
    return shown && boxes.whole();
  }

  bool is_shown(const Box& mdia) const {
    BoxReader boxes(in_, mdia.body, mdia.end);
    while (const auto box = boxes.next())
      if (box->type == "hdlr")
        return box->end - box->body >= 12 && is_among(kTracks, in_.substr(box->body + 8, 4));
    return false;
  }

  // An item that is no picture gets a type that nobody knows. Of the bytes, only those of pictures
  // stay, but for films: where their frames are is said elsewhere.
  bool clean_items() {
    const auto items = heif_items(in_, iinf_, iloc_, idat_);
    if (!items) return false;
    std::vector<Range> shown;
    std::vector<Range> said;
    for (const auto& [id, item] : *items) {
      std::vector<Range>& ranges = item.is_picture ? shown : said;
      ranges.insert(ranges.end(), item.extents.begin(), item.extents.end());
      blank(item.name);
      if (!item.is_picture && item.type_at != 0) out_.replace(item.type_at, kFree.size(), kFree);
    }
    if (shown.empty() && !moves_) return false;
    shown = merged(std::move(shown));
    said = merged(std::move(said));
    for (const Range& area : data_)
      if (moves_)
        blank_in(said, area);
      else
        blank_between(shown, area);
    blank_between(shown, idat_);
    return true;
  }

  // What of these lies in `area`.
  void blank_in(const std::vector<Range>& ranges, Range area) {
    for (const Range& range : ranges)
      blank({std::max(range.begin, area.begin), std::min(range.end, area.end)});
  }

  // What lies in `area`, but in none of these.
  void blank_between(const std::vector<Range>& kept, Range area) {
    std::size_t at = area.begin;
    for (const Range& range : kept) {
      blank({at, std::min(range.begin, area.end)});
      at = std::max(at, range.end);
    }
    blank({at, area.end});
  }

  void release(const Box& box) {
    out_.replace(box.begin + 4, kFree.size(), kFree);
    blank({box.body, box.end});
  }

  void blank(Range range) {
    if (range.begin < range.end)
      std::fill(out_.begin() + static_cast<std::ptrdiff_t>(range.begin),
                out_.begin() + static_cast<std::ptrdiff_t>(range.end), '\0');
  }

  std::string_view in_;
  std::string out_;
  Box iinf_;
  Box iloc_;
  Range idat_;
  std::vector<Range> data_;  // where the bytes of items may be
  bool has_meta_ = false;
  bool moves_ = false;
};

}  // namespace

bool is_heif(std::string_view beginning) {
  const std::string_view file = beginning.substr(0, 8 + 4 * kMostBrands);
  if (number_at(file, 0, 4) < 16 || file.substr(std::min<std::size_t>(4, file.size()), 4) != "ftyp")
    return false;
  const std::size_t end = std::min<std::size_t>(file.size(), number_at(file, 0, 4));
  for (std::size_t at = 8; at + 4 <= end; at += 4)
    if (at != 12 && is_among(kBrands, file.substr(at, 4))) return true;  // at 12 is a version
  return false;
}

std::optional<Stripped> strip_heif(std::string_view bytes, std::uint64_t) {
  if (!is_heif(bytes)) return std::nullopt;
  return without_size(Cleaner(bytes).run());
}

}  // namespace chat::picture
