#include "picture/clean.h"

#include <algorithm>
#include <utility>

#include "picture/format.h"

namespace chat::picture {
namespace {

using namespace std::string_view_literals;

constexpr float kPreviewQuality = 75;
constexpr float kPlaceholderQuality = 20;

struct Format {
  std::size_t at;
  std::string_view signature;
  std::optional<Stripped> (*strip)(std::string_view bytes, std::uint64_t most);
  std::optional<Raster> (*read)(std::string_view bytes, int side);
};

// Formats that are read as a whole, whatever size is wanted.
template <auto read>
std::optional<Raster> read_all(std::string_view bytes, int) {
  return read(bytes);
}

constexpr Format kFormats[] = {
    {0, "\x89PNG"sv, strip_png, read_all<read_png>},
    {0, "\xff\xd8\xff"sv, strip_jpeg, read_jpeg},
    {0, "GIF8"sv, strip_gif, read_all<read_gif>},
    {8, "WEBP"sv, strip_webp, read_all<read_webp>},
};

}  // namespace

std::optional<Cleaned> clean(std::string_view bytes, const Limits& limits) {
  const auto* const format = std::ranges::find_if(kFormats, [bytes](const Format& row) {
    return bytes.size() > row.at && bytes.substr(row.at).starts_with(row.signature);
  });
  if (format == std::end(kFormats)) return std::nullopt;
  std::optional<Stripped> stripped = format->strip(bytes, limits.pixels);
  if (!stripped) return std::nullopt;
  const std::optional<Raster> raster = format->read(stripped->bytes, limits.preview_side);
  if (!raster) return std::nullopt;
  Cleaned cleaned;
  cleaned.width = stripped->width;
  cleaned.height = stripped->height;
  cleaned.animated = stripped->animated;
  const Raster small = scaled(*raster, limits.preview_side);
  if (std::max(cleaned.width, cleaned.height) > limits.preview_side)
    cleaned.preview = to_webp(small, kPreviewQuality);
  cleaned.placeholder = to_webp(scaled(small, limits.placeholder_side), kPlaceholderQuality);
  cleaned.bytes = std::move(stripped->bytes);
  return cleaned;
}

}  // namespace chat::picture
