#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>
#include <array>
#include <memory>

#include "picture/byte_reader.h"
#include "picture/format.h"

namespace chat::picture {
namespace {

constexpr std::array<std::string_view, 7> kShown = {"VP8 ", "VP8L", "VP8X", "ALPH",
                                                    "ANIM", "ANMF", "ICCP"};
constexpr std::size_t kHead = 8;           // name and length of a chunk
constexpr unsigned char kMetadata = 0x0C;  // the flags of VP8X for Exif and XMP

std::string little_endian(std::size_t number) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(number >> (8 * i) & 255U);
  return bytes;
}

}  // namespace

std::optional<Stripped> strip_webp(std::string_view bytes, std::uint64_t most) {
  WebPBitstreamFeatures features;
  const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  if (WebPGetFeatures(data, bytes.size(), &features) != VP8_STATUS_OK ||
      !is_size(static_cast<std::uint64_t>(features.width),
               static_cast<std::uint64_t>(features.height), most))
    return std::nullopt;
  Stripped stripped;
  stripped.width = features.width;
  stripped.height = features.height;
  stripped.animated = features.has_animation != 0;
  ByteReader reader(bytes);
  reader.skip(4);
  const std::size_t length = reader.little(4);
  reader.skip(4);
  std::string chunks;
  while (reader.left() >= kHead && reader.at() < length + kHead) {
    const std::string_view head = reader.peek(kHead);
    const std::size_t size = ByteReader(head.substr(4)).little(4);
    if (size > reader.left() - kHead) return std::nullopt;
    std::string chunk(reader.take(kHead + size + size % 2));
    const std::string_view name = head.substr(0, 4);
    if (size % 2 == 1 && chunk.size() == kHead + size) chunk += '\0';
    if (name == "VP8X" && size > 0)
      chunk[kHead] = static_cast<char>(static_cast<unsigned char>(chunk[kHead]) & ~kMetadata);
    if (std::ranges::find(kShown, name) != kShown.end()) chunks += chunk;
  }
  stripped.bytes = "RIFF" + little_endian(chunks.size() + 4) + "WEBP" + chunks;
  return stripped;
}

std::optional<Raster> read_webp(std::string_view bytes) {
  const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const WebPData source{data, bytes.size()};
  WebPAnimDecoderOptions options;
  WebPAnimDecoderOptionsInit(&options);
  const std::unique_ptr<WebPAnimDecoder, decltype(&WebPAnimDecoderDelete)> decoder(
      WebPAnimDecoderNew(&source, &options), &WebPAnimDecoderDelete);
  WebPAnimInfo info;
  if (!decoder || WebPAnimDecoderGetInfo(decoder.get(), &info) == 0) return std::nullopt;
  std::uint8_t* pixels = nullptr;
  int time = 0;
  if (WebPAnimDecoderGetNext(decoder.get(), &pixels, &time) == 0) return std::nullopt;
  Raster raster{static_cast<int>(info.canvas_width), static_cast<int>(info.canvas_height), {}};
  const std::size_t size = static_cast<std::size_t>(raster.width) * raster.height * 4;
  raster.pixels.assign(pixels, pixels + size);
  return raster;
}

}  // namespace chat::picture
