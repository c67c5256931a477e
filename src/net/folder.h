// A folder whose files may be read by name, and nothing outside it.
//
// Shared by jobs on the thread pool: open_file() may be called from any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace chat::net {

class Folder {
 public:
  // Throws std::runtime_error, one line, when it cannot be opened.
  explicit Folder(const std::string& path);

  // Opens a regular file for reading. `name` is relative, its parts divided by single slashes; it
  // never leads through a symbolic link, out of the folder, or to a part that begins with a dot.
  // An empty UniqueFd when there is no such file.
  UniqueFd open_file(const std::string& name) const;

 private:
  UniqueFd open_beneath(const std::string& name) const;
  UniqueFd open_part_by_part(const std::string& name) const;

  UniqueFd folder_;
};

// Whether a relative name has only parts that are not empty and do not begin with a dot.
bool is_plain_name(std::string_view name);

}  // namespace chat::net
