// Which files may be uploaded, told by their content.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chat::store {

struct FileType {
  std::string_view folder;     // "image", "music" or "document"
  std::string_view extension;  // without a dot
};

// Loads what sniff() looks up; processes forked later share it. Throws std::runtime_error when it
// is not there.
void load_file_types();

// The MIME type and charset of what begins with `bytes`, as in "text/plain; charset=utf-8".
// Thread-safe. Loads the database if nobody did.
std::string sniff(std::string_view bytes);

// How a file of that type is kept; nothing when it may not be uploaded. Text of every kind becomes
// .txt, so that no browser runs it; SVG, which may hold scripts, is refused.
std::optional<FileType> accepted_type(std::string_view mime);

}  // namespace chat::store
