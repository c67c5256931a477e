#include <gif_lib.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "picture/byte_reader.h"
#include "picture/format.h"

namespace chat::picture {
namespace {

enum : std::uint32_t {
  kExtension = 0x21,
  kFrame = 0x2C,
  kEnd = 0x3B,
  kControl = 0xF9,
  kApplication = 0xFF,
};

std::size_t palette_size(std::uint32_t flags) {
  return (flags & 0x80U) == 0 ? 0 : std::size_t{3} << ((flags & 7U) + 1);
}

// Moves behind a chain of sub-blocks; false when it does not end.
bool skip_blocks(ByteReader& reader) {
  while (reader.left() > 0) {
    const std::uint32_t size = reader.byte();
    if (size == 0) return true;
    reader.skip(size);
  }
  return false;
}

// Moves behind a frame's head; false when it is none, or of more than `most` pixels.
bool skip_frame_head(ByteReader& reader, std::uint64_t most) {
  reader.skip(4);
  const std::uint32_t width = reader.little(2);
  const std::uint32_t height = reader.little(2);
  const std::uint32_t flags = reader.byte();
  reader.skip(palette_size(flags) + 1);
  return is_size(width, height, most);
}

// How often it moves is all that applications say that shows.
bool is_shown(std::uint32_t label, std::string_view block) {
  if (label == kControl) return true;
  return label == kApplication &&
         (block.starts_with("\x0bNETSCAPE2.0") || block.starts_with("\x0b"
                                                                    "ANIMEXTS1.0"));
}

// A stripped picture up to the end of its first frame: the others cost time and memory.
std::string first_frame_of(std::string_view bytes) {
  ByteReader reader(bytes);
  reader.skip(10);
  const std::uint32_t flags = reader.byte();
  reader.skip(2 + palette_size(flags));
  while (reader.byte() == kExtension) {
    reader.skip(1);
    skip_blocks(reader);
  }
  skip_frame_head(reader, UINT64_MAX);
  skip_blocks(reader);
  return std::string(bytes.substr(0, reader.at())) + static_cast<char>(kEnd);
}

struct Source {
  std::string_view bytes;
};

int read_source(GifFileType* file, GifByteType* out, int count) {
  auto* const source = static_cast<Source*>(file->UserData);
  const auto taken = std::min<std::size_t>(source->bytes.size(), static_cast<std::size_t>(count));
  std::memcpy(out, source->bytes.data(), taken);
  source->bytes.remove_prefix(taken);
  return static_cast<int>(taken);
}

struct CloseGif {
  void operator()(GifFileType* file) const { DGifCloseFile(file, nullptr); }
};
using Gif = std::unique_ptr<GifFileType, CloseGif>;

// Which colour is none; -1 when all are seen.
int transparent_colour(const SavedImage& frame) {
  for (int i = 0; i < frame.ExtensionBlockCount; ++i) {
    const ExtensionBlock& block = frame.ExtensionBlocks[i];
    GraphicsControlBlock control{};
    if (block.Function == GRAPHICS_EXT_FUNC_CODE &&
        DGifExtensionToGCB(static_cast<std::size_t>(block.ByteCount), block.Bytes, &control) ==
            GIF_OK)
      return control.TransparentColor;
  }
  return NO_TRANSPARENT_COLOR;
}

void paint(Raster& raster, const SavedImage& frame, const ColorMapObject& colours, int none) {
  const GifImageDesc& place = frame.ImageDesc;
  for (int y = 0; y < place.Height; ++y) {
    for (int x = 0; x < place.Width; ++x) {
      const int colour = frame.RasterBits[static_cast<std::size_t>(y) * place.Width + x];
      const int to_x = place.Left + x;
      const int to_y = place.Top + y;
      const bool inside = to_x < raster.width && to_y < raster.height;
      if (!inside || colour == none || colour >= colours.ColorCount) continue;
      const GifColorType& from = colours.Colors[colour];
      std::uint8_t* const to =
          &raster.pixels[(static_cast<std::size_t>(to_y) * raster.width + to_x) * 4];
      to[0] = from.Red;
      to[1] = from.Green;
      to[2] = from.Blue;
      to[3] = 255;
    }
  }
}

}  // namespace

std::optional<Stripped> strip_gif(std::string_view bytes, std::uint64_t most) {
  ByteReader reader(bytes);
  const std::string_view signature = reader.take(6);
  if (signature != "GIF87a" && signature != "GIF89a") return std::nullopt;
  Stripped stripped;
  const std::uint32_t width = reader.little(2);
  const std::uint32_t height = reader.little(2);
  if (!is_size(width, height, most)) return std::nullopt;
  stripped.width = static_cast<int>(width);
  stripped.height = static_cast<int>(height);
  const std::uint32_t flags = reader.byte();
  reader.skip(2 + palette_size(flags));
  stripped.bytes = bytes.substr(0, reader.at());
  int frames = 0;
  while (reader.left() > 0) {
    const std::size_t begin = reader.at();
    const std::uint32_t kind = reader.byte();
    bool shown = true;
    if (kind == kEnd) break;
    if (kind == kExtension) {
      const std::uint32_t label = reader.byte();
      shown = is_shown(label, reader.peek(12));
    } else if (kind == kFrame) {
      ++frames;
      if (!skip_frame_head(reader, most)) return std::nullopt;
    } else {
      return std::nullopt;
    }
    if (!skip_blocks(reader)) return std::nullopt;
    if (shown) stripped.bytes += bytes.substr(begin, reader.at() - begin);
  }
  if (frames == 0) return std::nullopt;
  stripped.bytes += static_cast<char>(kEnd);
  stripped.animated = frames > 1;
  return stripped;
}

std::optional<Raster> read_gif(std::string_view bytes) {
  const std::string first = first_frame_of(bytes);
  Source source{first};
  const Gif file(DGifOpen(&source, read_source, nullptr));
  if (!file || file->SWidth <= 0 || file->SHeight <= 0) return std::nullopt;
  DGifSlurp(file.get());  // what is broken in the frame's data does not matter here
  if (file->ImageCount < 1 || file->SavedImages[0].RasterBits == nullptr) return std::nullopt;
  const SavedImage& frame = file->SavedImages[0];
  const ColorMapObject* const colours =
      frame.ImageDesc.ColorMap != nullptr ? frame.ImageDesc.ColorMap : file->SColorMap;
  if (colours == nullptr) return std::nullopt;
  Raster raster{file->SWidth, file->SHeight, {}};
  raster.pixels.resize(static_cast<std::size_t>(raster.width) * raster.height * 4);
  paint(raster, frame, *colours, transparent_colour(frame));
  return raster;
}

}  // namespace chat::picture
