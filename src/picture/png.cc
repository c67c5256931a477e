#include <png.h>

#include <algorithm>
#include <array>
#include <limits>

#include "picture/byte_reader.h"
#include "picture/format.h"

namespace chat::picture {
namespace {

constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";

// What belongs to what is seen, motion included.
constexpr std::array<std::string_view, 14> kShown = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS",
                                                     "cHRM", "gAMA", "iCCP", "sRGB", "sBIT",
                                                     "bKGD", "acTL", "fcTL", "fdAT"};
constexpr std::size_t kAround = 12;  // length, name and checksum of a chunk

}  // namespace

std::optional<Stripped> strip_png(std::string_view bytes, std::uint64_t most) {
  ByteReader reader(bytes);
  if (reader.take(kSignature.size()) != kSignature) return std::nullopt;
  Stripped stripped;
  stripped.bytes = kSignature;
  bool begun = false;
  while (reader.left() >= kAround) {
    const std::string_view head = reader.peek(8);
    const std::uint32_t length = ByteReader(head).big(4);
    const std::string_view name = head.substr(4);
    if (length > reader.left() - kAround) return std::nullopt;
    const std::string_view chunk = reader.take(length + kAround);
    if (!begun) {
      ByteReader header(chunk.substr(8));
      const std::uint32_t width = header.big(4);
      const std::uint32_t height = header.big(4);
      if (name != "IHDR" || length != 13 || !is_size(width, height, most)) return std::nullopt;
      stripped.width = static_cast<int>(width);
      stripped.height = static_cast<int>(height);
      begun = true;
    }
    if (name == "acTL") stripped.animated = true;
    if (std::ranges::find(kShown, name) != kShown.end()) stripped.bytes += chunk;
    if (name == "IEND") return stripped;
  }
  return std::nullopt;
}

std::optional<Raster> read_png(std::string_view bytes) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0)
    return std::nullopt;
  image.format = PNG_FORMAT_RGBA;
  Raster raster{static_cast<int>(image.width), static_cast<int>(image.height), {}};
  raster.pixels.resize(PNG_IMAGE_SIZE(image));
  const bool read = png_image_finish_read(&image, nullptr, raster.pixels.data(), 0, nullptr) != 0;
  png_image_free(&image);
  return read ? std::optional(std::move(raster)) : std::nullopt;
}

}  // namespace chat::picture
