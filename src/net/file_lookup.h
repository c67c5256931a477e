// Finds what a request for a file gets: the blocking half of StaticFiles, run on the thread pool.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "net/file_conditions.h"
#include "net/folder.h"

namespace chat::net {

struct FileLookup {
  // In.
  std::string name;  // relative to the folder
  std::string etag;  // of the file; empty: made from size and time
  FileConditions conditions;
  std::size_t read_ahead = 0;  // bytes of the part to read at once

  // Out; `file` stays empty when there is no such file.
  UniqueFd file;
  FileFacts facts;
  FilePart part;
  std::string_view coding;  // "br" or "gzip" when a precompressed variant was chosen
  std::vector<char> start;  // of the part

  void run(const Folder& folder);

 private:
  void choose_variant(const Folder& folder);
  void read_start();
};

// Reads up to `count` bytes at `offset`; fewer only at the end of the file, none on an error.
std::vector<char> read_at(int file, std::uint64_t offset, std::size_t count);

}  // namespace chat::net
