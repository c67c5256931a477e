// Files as the legacy wire has them: by an address that is all it takes to fetch one. `file:hash`
// leads from SHA-256 to it. Those that came up lately are contents of KeptFiles with a further
// name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "coro/task.h"
#include "store/redis.h"
#include "store/upload_writer.h"

namespace chat::net {
class ThreadPool;
}

namespace chat::store {

struct StoredFile {
  std::string hash;  // SHA-256, hex
  std::string path;  // "/upload/…", as clients see it; empty: it has none yet
  std::uint64_t size = 0;
};

class Files {
 public:
  // `root` is the upload folder; `pool` outlives this object.
  Files(Redis& redis, net::ThreadPool& pool, std::string root, std::uint64_t max_size);

  // The largest file for the uploads to come.
  void set_max_size(std::uint64_t max_size) { max_size_ = max_size; }

  // Begins an upload. Throws Rejected: `busy` (the pool is full), `upload_failed`.
  coro::Task<std::shared_ptr<UploadWriter>> begin();

  // Appends to it; await one before the next. Throws what UploadWriter::write throws, or `busy`.
  coro::Task<void> write(std::shared_ptr<UploadWriter> upload, std::string bytes);

  // All of it is there: its path, if that content has one. Throws as write() does.
  coro::Task<StoredFile> finish(std::shared_ptr<UploadWriter> upload);

  // Gives a path to what is to be seen of it, the file `content`; the one it has, if somebody else
  // was faster. Throws Rejected: `busy`, `upload_failed`.
  coro::Task<StoredFile> give_path(std::shared_ptr<UploadWriter> upload, std::string content);

  // Lets go of it, which may wait for the disk.
  coro::Task<void> drop(std::shared_ptr<UploadWriter> upload);

  // True when `path` has the form of those that finish() gives out and lies in `folder` ("image",
  // "music", "document"; empty: any of them).
  static bool is_upload_path(std::string_view path, std::string_view folder);

 private:
  // What `file:hash` says of a content, and whether that is there.
  struct Known {
    std::string path;
    bool there = false;
  };

  coro::Task<Known> look_up(std::string hash);
  std::string local_path(const std::string& path) const;

  Redis& redis_;
  net::ThreadPool& pool_;
  std::string root_;
  std::uint64_t max_size_;
};

}  // namespace chat::store
