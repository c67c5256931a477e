// A picture as pixels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace chat::picture {

// Rows of RGBA, 8 bits each, without padding.
struct Raster {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;
};

// The same picture with at most `side` pixels on the longer side; as it is when it is no larger.
Raster scaled(const Raster& raster, int side);

// As WebP; empty when the library fails. `quality`: 0 to 100.
std::string to_webp(const Raster& raster, float quality);

}  // namespace chat::picture
