// The formats of pictures: each takes metadata away without touching what is seen, and reads
// pixels.
//
// Pure functions over strangers' bytes: they run in a process of their own that may do nothing
// else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "picture/raster.h"

namespace chat::picture {

// A picture without what does not show: text, places, times, thumbnails of other pictures, and
// whatever lies behind its end. Colour profiles stay.
struct Stripped {
  std::string bytes;
  int width = 0;  // as it is to be shown
  int height = 0;
  bool animated = false;
};

// A picture whose size is not told; nothing of nothing.
inline std::optional<Stripped> without_size(std::optional<std::string> bytes) {
  if (!bytes) return std::nullopt;
  Stripped stripped;
  stripped.bytes = std::move(*bytes);
  return stripped;
}

// Nothing when the bytes are no such picture; pictures of more than `most` pixels are none.
std::optional<Stripped> strip_png(std::string_view bytes, std::uint64_t most);
std::optional<Stripped> strip_gif(std::string_view bytes, std::uint64_t most);
std::optional<Stripped> strip_webp(std::string_view bytes, std::uint64_t most);

// The orientation is applied as well, without loss but for up to 15 pixels at an edge.
std::optional<Stripped> strip_jpeg(std::string_view bytes, std::uint64_t most);

// These do not tell a size: browsers do not show them, and nothing reads their pixels here.
std::optional<Stripped> strip_heif(std::string_view bytes, std::uint64_t most);
std::optional<Stripped> strip_tiff(std::string_view bytes, std::uint64_t most);

// Whether it begins like one of those; the first 300 bytes are enough.
bool is_heif(std::string_view beginning);
bool is_tiff(std::string_view beginning);

// The pixels of the first frame; of JPEG not fewer than `side` on the longer side, of the others
// all.
std::optional<Raster> read_png(std::string_view bytes);
std::optional<Raster> read_gif(std::string_view bytes);
std::optional<Raster> read_webp(std::string_view bytes);
std::optional<Raster> read_jpeg(std::string_view bytes, int side);

}  // namespace chat::picture
