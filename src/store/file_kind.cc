#include "store/file_kind.h"

#include <strings.h>

#include <algorithm>
#include <array>

#include "picture/clean.h"
#include "store/file_types.h"

namespace chat::store {
namespace {

using namespace std::string_view_literals;

constexpr std::array kKindNames{"file"sv, "image"sv, "audio"sv, "video"sv};

// What is shown in place: what libmagic says, and how such a file begins whatever libmagic says.
struct Shown {
  std::string_view sniffed;
  std::size_t at;
  std::string_view signature;
  ContentType type;
};

// Formats of cameras and photographers that nothing here takes apart, as libmagic names them.
constexpr std::array kTold = {"image/jxl"sv,           "image/jp2"sv,
                              "image/jpx"sv,           "image/jpm"sv,
                              "image/x-canon-cr3"sv,   "image/x-canon-crw"sv,
                              "image/x-olympus-orf"sv, "image/x-panasonic-raw"sv,
                              "image/x-fuji-raf"sv,    "image/x-x3f"sv};

constexpr Shown kShown[] = {
    {"image/png", 0, "\x89PNG\r\n\x1a\n"sv, {FileKind::image, "image/png", Metadata::removable}},
    {"image/jpeg", 0, "\xff\xd8\xff"sv, {FileKind::image, "image/jpeg", Metadata::removable}},
    {"image/gif", 0, "GIF87a"sv, {FileKind::image, "image/gif", Metadata::removable}},
    {"image/gif", 0, "GIF89a"sv, {FileKind::image, "image/gif", Metadata::removable}},
    {"image/webp", 8, "WEBP"sv, {FileKind::image, "image/webp", Metadata::removable}},
    {"audio/mpeg", 0, "ID3"sv, {FileKind::audio, "audio/mpeg"}},
    {"audio/mpeg", 0, "\xff"sv, {FileKind::audio, "audio/mpeg"}},
    {"audio/mp4", 4, "ftyp"sv, {FileKind::audio, "audio/mp4"}},
    {"audio/x-m4a", 4, "ftyp"sv, {FileKind::audio, "audio/mp4"}},
    {"video/mp4", 4, "ftyp"sv, {FileKind::video, "video/mp4"}},
    {"audio/ogg", 0, "OggS"sv, {FileKind::audio, "audio/ogg"}},
    {"audio/flac", 0, "fLaC"sv, {FileKind::audio, "audio/flac"}},
    {"audio/x-flac", 0, "fLaC"sv, {FileKind::audio, "audio/flac"}},
    {"audio/x-wav", 8, "WAVE"sv, {FileKind::audio, "audio/wav"}},
    {"audio/wav", 8, "WAVE"sv, {FileKind::audio, "audio/wav"}},
    {"audio/aac", 0, "\xff"sv, {FileKind::audio, "audio/aac"}},
    {"audio/x-hx-aac-adts", 0, "\xff"sv, {FileKind::audio, "audio/aac"}},
    {"video/webm", 0, "\x1a\x45\xdf\xa3"sv, {FileKind::video, "video/webm"}},
    {"audio/webm", 0, "\x1a\x45\xdf\xa3"sv, {FileKind::audio, "audio/webm"}},
};

// How names of a type end; the first is the usual one.
struct Ending {
  std::string_view mime;
  std::string_view extension;
};

constexpr Ending kEndings[] = {
    {"image/png", ".png"},   {"image/jpeg", ".jpg"},  {"image/jpeg", ".jpeg"},
    {"image/gif", ".gif"},   {"image/webp", ".webp"}, {"audio/mpeg", ".mp3"},
    {"audio/mp4", ".m4a"},   {"audio/mp4", ".mp4"},   {"audio/ogg", ".ogg"},
    {"audio/ogg", ".oga"},   {"audio/ogg", ".opus"},  {"audio/flac", ".flac"},
    {"audio/wav", ".wav"},   {"audio/aac", ".aac"},   {"audio/webm", ".webm"},
    {"audio/webm", ".weba"}, {"video/mp4", ".mp4"},   {"video/mp4", ".m4v"},
    {"video/mp4", ".mov"},   {"video/webm", ".webm"},
};

bool ends_with_ignoring_case(std::string_view name, std::string_view end) {
  return name.size() > end.size() &&
         strncasecmp(name.data() + name.size() - end.size(), end.data(), end.size()) == 0;
}

bool holds(std::string_view bytes, std::string_view word) {
  return bytes.find(word) != std::string_view::npos;
}

// Recorders put sound into the containers of films.
ContentType without_picture(ContentType type, std::string_view beginning) {
  constexpr ContentType kWebm{FileKind::audio, "audio/webm"};
  constexpr ContentType kMp4{FileKind::audio, "audio/mp4"};
  const bool webm_sound =
      type.mime == "video/webm" && holds(beginning, "A_") && !holds(beginning, "V_");
  if (webm_sound) return kWebm;
  const bool mp4_sound =
      type.mime == "video/mp4" && holds(beginning, "soun") && !holds(beginning, "vide");
  return mp4_sound ? kMp4 : type;
}

}  // namespace

ContentType content_type_of(std::string_view beginning) {
  const std::string sniffed = sniff(beginning);
  const std::string_view mime = std::string_view(sniffed).substr(0, sniffed.find(';'));
  for (const Shown& row : kShown) {
    const bool fits = row.sniffed == mime && beginning.size() >= row.at &&
                      beginning.substr(row.at).starts_with(row.signature);
    if (fits) return without_picture(row.type, beginning);
  }
  ContentType saved;
  if (picture::is_hidden_picture(beginning))
    saved.metadata = Metadata::removable;
  else if (std::ranges::find(kTold, mime) != kTold.end())
    saved.metadata = Metadata::stay;
  return saved;
}

std::string_view name_of(FileKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

FileKind kind_named(std::string_view name) {
  const auto* const found = std::ranges::find(kKindNames, name);
  return found == kKindNames.end() ? FileKind::file
                                   : static_cast<FileKind>(found - kKindNames.begin());
}

std::string_view served_type(std::string_view mime) {
  const auto* const found =
      std::ranges::find_if(kShown, [mime](const Shown& row) { return row.type.mime == mime; });
  return found == std::end(kShown) ? ContentType().mime : found->type.mime;
}

std::string_view extension_of(std::string_view mime) {
  const auto* const found = std::ranges::find(kEndings, mime, &Ending::mime);
  return found == std::end(kEndings) ? std::string_view() : found->extension;
}

bool fits_name(std::string_view mime, std::string_view name) {
  if (extension_of(mime).empty()) return true;
  return std::ranges::any_of(kEndings, [&](const Ending& ending) {
    return ending.mime == mime && ends_with_ignoring_case(name, ending.extension);
  });
}

}  // namespace chat::store
