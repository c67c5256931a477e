#include "store/file_types.h"

#include <magic.h>

#include <memory>
#include <mutex>
#include <stdexcept>

namespace chat::store {
namespace {

struct Row {
  std::string_view mime;
  FileType type;
};

constexpr Row kRows[] = {
    {"image/png", {"image", "png"}},
    {"image/jpeg", {"image", "jpg"}},
    {"image/gif", {"image", "gif"}},
    {"image/webp", {"image", "webp"}},
    {"image/avif", {"image", "avif"}},
    {"image/heic", {"image", "heic"}},
    {"image/bmp", {"image", "bmp"}},
    {"image/x-ms-bmp", {"image", "bmp"}},
    {"image/tiff", {"image", "tif"}},
    {"image/vnd.microsoft.icon", {"image", "ico"}},
    {"image/x-icon", {"image", "ico"}},
    {"audio/mpeg", {"music", "mp3"}},
    {"audio/mp4", {"music", "m4a"}},
    {"audio/x-m4a", {"music", "m4a"}},
    {"audio/aac", {"music", "aac"}},
    {"audio/x-hx-aac-adts", {"music", "aac"}},
    {"audio/ogg", {"music", "ogg"}},
    {"audio/flac", {"music", "flac"}},
    {"audio/x-flac", {"music", "flac"}},
    {"audio/x-wav", {"music", "wav"}},
    {"audio/wav", {"music", "wav"}},
    {"audio/x-aiff", {"music", "aiff"}},
    {"audio/midi", {"music", "mid"}},
    {"audio/AMR", {"music", "amr"}},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
     {"document", "docx"}},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", {"document", "xlsx"}},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation",
     {"document", "pptx"}},
};

struct CloseMagic {
  void operator()(magic_t magic) const { magic_close(magic); }
};

using Magic = std::unique_ptr<magic_set, CloseMagic>;

Magic load() {
  Magic magic(magic_open(MAGIC_MIME));
  if (!magic || magic_load(magic.get(), nullptr) != 0)
    throw std::runtime_error("libmagic finds no database (package libmagic-mgc)");
  return magic;
}

// One for all threads, as it takes megabytes.
magic_t database() {
  static const Magic loaded = load();
  return loaded.get();
}

}  // namespace

void load_file_types() { database(); }

std::string sniff(std::string_view bytes) {
  static std::mutex in_use;
  const std::scoped_lock lock(in_use);
  const char* mime = magic_buffer(database(), bytes.data(), bytes.size());
  return mime == nullptr ? "application/octet-stream; charset=binary" : mime;
}

std::optional<FileType> accepted_type(std::string_view mime) {
  const std::string_view type = mime.substr(0, mime.find(';'));
  for (const Row& row : kRows)
    if (row.mime == type) return row.type;
  const bool readable = mime.find("charset=binary") == std::string_view::npos;
  if (type.starts_with("text/") && readable) return FileType{"document", "txt"};
  return std::nullopt;
}

}  // namespace chat::store
