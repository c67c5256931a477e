// What a file is, told by its content alone; names and what clients say of it do not count.
#pragma once

#include <string>
#include <string_view>

namespace chat::store {

enum class FileKind {
  file,   // anything: browsers save it
  image,  // the others are shown by browsers, and run nothing there
  audio,
  video,
};

// Pictures may tell where they were taken, and by whom.
enum class Metadata {
  none,
  removable,  // picture::clean() takes them away
  stay,       // nothing here can
};

struct ContentType {
  FileKind kind = FileKind::file;
  std::string_view mime = "application/octet-stream";
  Metadata metadata = Metadata::none;
};

// What begins with `beginning`, some 64 KiB of it. It is shown in place when libmagic and a list of
// our own agree on it. Thread-safe; throws as sniff() does.
ContentType content_type_of(std::string_view beginning);

// "file", "image", "audio", "video", and back; anything else is a file.
std::string_view name_of(FileKind kind);
FileKind kind_named(std::string_view name);

// The MIME type as one of those that content_type_of() gives; others are to be saved.
std::string_view served_type(std::string_view mime);

// ".png" for "image/png"; "" for what is to be saved. Whether a name ends as files of that type do;
// true for what is to be saved.
std::string_view extension_of(std::string_view mime);
bool fits_name(std::string_view mime, std::string_view name);

}  // namespace chat::store
