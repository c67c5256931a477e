#include "picture/raster.h"

#include <webp/encode.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>

namespace chat::picture {
namespace {

constexpr int kChannels = 4;

// The mean of a part of a picture; what is transparent lends no colour.
void mean_of(const Raster& raster, int left, int top, int right, int bottom, std::uint8_t* out) {
  std::array<std::uint64_t, kChannels> sums{};
  for (int y = top; y < bottom; ++y) {
    const std::uint8_t* pixel =
        &raster.pixels[(static_cast<std::size_t>(y) * raster.width + left) * kChannels];
    for (int x = left; x < right; ++x, pixel += kChannels) {
      const std::uint64_t alpha = pixel[3];
      for (int i = 0; i < 3; ++i) sums[i] += pixel[i] * alpha;
      sums[3] += alpha;
    }
  }
  const auto count = static_cast<std::uint64_t>(right - left) * (bottom - top);
  for (int i = 0; i < 3; ++i)
    out[i] = sums[3] == 0 ? 0 : static_cast<std::uint8_t>(sums[i] / sums[3]);
  out[3] = static_cast<std::uint8_t>(sums[3] / count);
}

Raster blank(int width, int height) {
  Raster raster{width, height, {}};
  raster.pixels.resize(static_cast<std::size_t>(width) * height * kChannels);
  return raster;
}

}  // namespace

Raster scaled(const Raster& raster, int side) {
  const int longer = std::max(raster.width, raster.height);
  if (longer <= side) return raster;
  const auto shrunk = [&](int length) {
    return std::max<int>(1, static_cast<int>(static_cast<std::int64_t>(length) * side / longer));
  };
  Raster small = blank(shrunk(raster.width), shrunk(raster.height));
  const auto part = [](int at, int from, int to) {
    return static_cast<int>(static_cast<std::int64_t>(at) * from / to);
  };
  std::uint8_t* out = small.pixels.data();
  for (int y = 0; y < small.height; ++y) {
    const int top = part(y, raster.height, small.height);
    const int bottom = std::max(top + 1, part(y + 1, raster.height, small.height));
    for (int x = 0; x < small.width; ++x, out += kChannels) {
      const int left = part(x, raster.width, small.width);
      const int right = std::max(left + 1, part(x + 1, raster.width, small.width));
      mean_of(raster, left, top, right, bottom, out);
    }
  }
  return small;
}

std::string to_webp(const Raster& raster, float quality) {
  std::uint8_t* bytes = nullptr;
  const std::size_t size = WebPEncodeRGBA(raster.pixels.data(), raster.width, raster.height,
                                          raster.width * kChannels, quality, &bytes);
  const std::unique_ptr<std::uint8_t, decltype(&WebPFree)> owner(bytes, &WebPFree);
  return size == 0 ? std::string() : std::string(reinterpret_cast<const char*>(bytes), size);
}

}  // namespace chat::picture
