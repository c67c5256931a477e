#include <turbojpeg.h>

#include <algorithm>
#include <memory>

#include "picture/byte_reader.h"
#include "picture/format.h"

namespace chat::picture {
namespace {

enum : std::uint32_t {
  kStart = 0xD8,
  kEnd = 0xD9,
  kScan = 0xDA,
  kComment = 0xFE,
  kApp0 = 0xE0,
  kApp1 = 0xE1,
  kApp2 = 0xE2,
  kApp14 = 0xEE,
  kApp15 = 0xEF,
};

// How a picture is turned and mirrored, as the tag 0x0112 of Exif has it: 1 to 8.
using Orientation = int;

constexpr std::string_view kProfile{"ICC_PROFILE\0", 12};
constexpr std::string_view kExif{"Exif\0\0", 6};

struct Destroy {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using Handle = std::unique_ptr<void, Destroy>;

const unsigned char* bytes_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// The tag 0x0112 of the first directory; 1 when there is none.
Orientation orientation_in(std::string_view exif) {
  const bool big = exif.starts_with("MM");
  const auto number = [&](std::size_t at, std::size_t count) {
    ByteReader reader(exif.substr(std::min(at, exif.size())));
    return big ? reader.big(count) : reader.little(count);
  };
  const std::size_t directory = number(4, 4);
  const std::uint32_t entries = number(directory, 2);
  for (std::uint32_t i = 0; i < entries && i < 512; ++i) {
    const std::size_t entry = directory + 2 + std::size_t{12} * i;
    if (number(entry, 2) != 0x0112) continue;
    const auto orientation = static_cast<Orientation>(number(entry + 8, 2));
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

// The parts of a JPEG file.
struct Parts {
  std::string profile;  // segments that hold the colour profile
  std::string rest;     // what else is shown, from the first segment to the end
  Orientation orientation = 1;
};

bool is_shown(std::uint32_t marker, std::string_view body) {
  if (marker == kApp0) return body.starts_with("JFIF");
  if (marker == kApp14) return body.starts_with("Adobe");
  return marker != kComment && (marker < kApp0 || marker > kApp15);
}

// The compressed data that follow a scan's head: up to the next marker that is not part of them.
std::string_view scan_data(ByteReader& reader, std::string_view bytes) {
  const std::size_t begin = reader.at();
  std::size_t end = begin;
  while (end + 1 < bytes.size()) {
    const auto next = static_cast<unsigned char>(bytes[end + 1]);
    const bool marker =
        bytes[end] == '\xff' && next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7);
    if (marker) break;
    ++end;
  }
  if (end + 1 >= bytes.size()) end = bytes.size();
  return reader.take(end - begin);
}

std::optional<Parts> take_apart(std::string_view bytes) {
  ByteReader reader(bytes);
  if (reader.big(2) != (0xFF00U | kStart)) return std::nullopt;
  Parts parts;
  bool scanned = false;
  while (reader.left() >= 2) {
    if (reader.byte() != 0xFF) return std::nullopt;
    std::uint32_t marker = reader.byte();
    while (marker == 0xFF && reader.left() > 0) marker = reader.byte();  // padding
    if (marker == kEnd) break;
    const std::string_view head = reader.peek(2);
    const std::size_t length = ByteReader(head).big(2);
    if (length < 2 || length > reader.left()) return std::nullopt;
    const std::string_view segment = reader.take(length);
    const std::string_view body = segment.substr(2);
    const std::string whole = std::string{'\xff', static_cast<char>(marker)} + std::string(segment);
    if (marker == kApp1 && body.starts_with(kExif) && parts.orientation == 1)
      parts.orientation = orientation_in(body.substr(kExif.size()));
    if (marker == kApp2 && body.starts_with(kProfile))
      parts.profile += whole;
    else if (is_shown(marker, body))
      parts.rest += whole;
    if (marker != kScan) continue;
    parts.rest += scan_data(reader, bytes);
    scanned = true;
  }
  return scanned ? std::optional(std::move(parts)) : std::nullopt;
}

std::string assembled(const Parts& parts) {
  // JFIF comes first where there is one.
  std::size_t jfif = 0;
  if (parts.rest.starts_with("\xff\xe0")) jfif = 2 + ByteReader(parts.rest.substr(2, 2)).big(2);
  return "\xff\xd8" + parts.rest.substr(0, jfif) + parts.profile + parts.rest.substr(jfif) +
         "\xff\xd9";
}

int operation_of(Orientation orientation) {
  constexpr int kOperations[] = {TJXOP_NONE,   TJXOP_NONE,       TJXOP_HFLIP,
                                 TJXOP_ROT180, TJXOP_VFLIP,      TJXOP_TRANSPOSE,
                                 TJXOP_ROT90,  TJXOP_TRANSVERSE, TJXOP_ROT270};
  return kOperations[orientation];
}

// Turned without being decoded; empty when it cannot be.
std::string turned_losslessly(std::string_view bytes, Orientation orientation) {
  const Handle handle(tjInitTransform());
  tjtransform transform{};
  transform.op = operation_of(orientation);
  transform.options = TJXOPT_TRIM | TJXOPT_COPYNONE;
  unsigned char* out = nullptr;
  unsigned long size = 0;
  const bool done = handle && tjTransform(handle.get(), bytes_of(bytes), bytes.size(), 1, &out,
                                          &size, &transform, TJFLAG_LIMITSCANS) == 0;
  const std::unique_ptr<unsigned char, decltype(&tjFree)> owner(out, &tjFree);
  return done ? std::string(reinterpret_cast<const char*>(out), size) : std::string();
}

struct Size {
  int width = 0;
  int height = 0;
};

std::optional<Size> size_of(void* handle, std::string_view bytes) {
  Size size;
  int sampling = 0;
  int colours = 0;
  const bool read =
      handle != nullptr && tjDecompressHeader3(handle, bytes_of(bytes), bytes.size(), &size.width,
                                               &size.height, &sampling, &colours) == 0;
  return read ? std::optional(size) : std::nullopt;
}

}  // namespace

std::optional<Stripped> strip_jpeg(std::string_view bytes, std::uint64_t most) {
  std::optional<Parts> parts = take_apart(bytes);
  if (!parts) return std::nullopt;
  Stripped stripped;
  stripped.bytes = assembled(*parts);
  const Handle handle(tjInitDecompress());
  std::optional<Size> size = size_of(handle.get(), stripped.bytes);
  if (!size || !is_size(static_cast<std::uint64_t>(size->width),
                        static_cast<std::uint64_t>(size->height), most))
    return std::nullopt;
  if (parts->orientation > 1) {
    std::optional<Parts> upright =
        take_apart(turned_losslessly(stripped.bytes, parts->orientation));
    if (!upright) return std::nullopt;
    upright->profile = std::move(parts->profile);
    stripped.bytes = assembled(*upright);
    size = size_of(handle.get(), stripped.bytes);
    if (!size) return std::nullopt;
  }
  stripped.width = size->width;
  stripped.height = size->height;
  return stripped;
}

std::optional<Raster> read_jpeg(std::string_view bytes, int side) {
  const Handle handle(tjInitDecompress());
  const std::optional<Size> size = size_of(handle.get(), bytes);
  if (!size) return std::nullopt;
  int count = 0;
  const tjscalingfactor* const factors = tjGetScalingFactors(&count);
  Raster raster{size->width, size->height, {}};
  for (int i = 0; i < count; ++i) {
    const int width = TJSCALED(size->width, factors[i]);
    const int height = TJSCALED(size->height, factors[i]);
    if (std::max(width, height) < side || width > raster.width) continue;
    raster.width = width;
    raster.height = height;
  }
  raster.pixels.resize(static_cast<std::size_t>(raster.width) * raster.height * 4);
  const int failed =
      tjDecompress2(handle.get(), bytes_of(bytes), bytes.size(), raster.pixels.data(), raster.width,
                    0, raster.height, TJPF_RGBA, TJFLAG_LIMITSCANS);
  // A picture that ends early is shown as far as it goes.
  if (failed != 0 && tjGetErrorCode(handle.get()) != TJERR_WARNING) return std::nullopt;
  return raster;
}

}  // namespace chat::picture
