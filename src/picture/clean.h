// What becomes of a picture before others see it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chat::picture {

struct Limits {
  std::uint64_t pixels = 64'000'000;
  int preview_side = 640;     // pixels on the longer side
  int placeholder_side = 16;  // likewise
};

struct Cleaned {
  std::string bytes;  // the picture without metadata
  int width = 0;      // as it is to be shown; 0: browsers do not show it, it has no preview either
  int height = 0;
  bool animated = false;
  std::string preview;      // WebP; empty when the picture is no larger
  std::string placeholder;  // a tiny WebP
};

// Nothing when the bytes are no PNG, JPEG, GIF or WebP that can be read, no HEIF (HEIC, AVIF) or
// TIFF that can be taken apart.
std::optional<Cleaned> clean(std::string_view bytes, const Limits& limits);

// Whether it begins like a picture that clean() takes, though browsers do not show it; the first
// 300 bytes are enough.
bool is_hidden_picture(std::string_view beginning);

}  // namespace chat::picture
