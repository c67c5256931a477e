// The content types the server gives files, by the end of their names. A name not listed here is
// bytes to be saved, nothing a browser would run.
#pragma once

#include <string_view>

namespace chat::net {

struct FileType {
  std::string_view content_type;
  bool passive;       // shown in place even when a stranger uploaded it: pictures, sound, video
  bool compressible;  // may lie beside a precompressed .br or .gz
};

// Never fails: "application/octet-stream" for unknown names.
const FileType& file_type_of(std::string_view name);

// Whether the name carries a hash of the content, as bundlers write it: "index-BxK3x9Qe.js". Such a
// file never changes. Documents (.html) never count as such.
bool is_hashed_name(std::string_view name);

}  // namespace chat::net
