#include "picture/clean.h"

#include <algorithm>
#include <utility>

#include "picture/format.h"

namespace chat::picture {
namespace {

constexpr float kPreviewQuality = 75;
constexpr float kPlaceholderQuality = 20;

struct Format {
  bool (*begins)(std::string_view bytes);
  std::optional<Stripped> (*strip)(std::string_view bytes, std::uint64_t most);
  std::optional<Raster> (*read)(std::string_view bytes, int side);  // null: nothing here can
};

bool is_png(std::string_view bytes) { return bytes.starts_with("\x89PNG"); }
bool is_jpeg(std::string_view bytes) { return bytes.starts_with("\xff\xd8\xff"); }
bool is_gif(std::string_view bytes) { return bytes.starts_with("GIF8"); }
bool is_webp(std::string_view bytes) {
  return bytes.size() > 8 && bytes.substr(8).starts_with("WEBP");
}

// Formats that are read as a whole, whatever size is wanted.
template <auto read>
std::optional<Raster> read_all(std::string_view bytes, int) {
  return read(bytes);
}

constexpr Format kFormats[] = {
    {is_png, strip_png, read_all<read_png>}, {is_jpeg, strip_jpeg, read_jpeg},
    {is_gif, strip_gif, read_all<read_gif>}, {is_webp, strip_webp, read_all<read_webp>},
    {is_heif, strip_heif, nullptr},          {is_tiff, strip_tiff, nullptr},
};

// Adds what the pixels are read for; false when they cannot be.
bool add_previews(Cleaned& cleaned, const Format& format, const Limits& limits) {
  const std::optional<Raster> raster = format.read(cleaned.bytes, limits.preview_side);
  if (!raster) return false;
  const Raster small = scaled(*raster, limits.preview_side);
  if (std::max(cleaned.width, cleaned.height) > limits.preview_side)
    cleaned.preview = to_webp(small, kPreviewQuality);
  cleaned.placeholder = to_webp(scaled(small, limits.placeholder_side), kPlaceholderQuality);
  return true;
}

}  // namespace

std::optional<Cleaned> clean(std::string_view bytes, const Limits& limits) {
  const auto* const format =
      std::ranges::find_if(kFormats, [bytes](const Format& row) { return row.begins(bytes); });
  if (format == std::end(kFormats)) return std::nullopt;
  std::optional<Stripped> stripped = format->strip(bytes, limits.pixels);
  if (!stripped) return std::nullopt;
  Cleaned cleaned;
  cleaned.bytes = std::move(stripped->bytes);
  cleaned.width = stripped->width;
  cleaned.height = stripped->height;
  cleaned.animated = stripped->animated;
  if (format->read != nullptr && !add_previews(cleaned, *format, limits)) return std::nullopt;
  return cleaned;
}

bool is_hidden_picture(std::string_view beginning) {
  return std::ranges::any_of(kFormats, [beginning](const Format& row) {
    return row.read == nullptr && row.begins(beginning);
  });
}

}  // namespace chat::picture
