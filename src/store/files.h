// Uploaded files: equal content is kept once. `file:hash` leads from SHA-256 to path.
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
  std::string path;  // "/upload/…", as clients see it
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

  // Keeps the file, or finds that its content is there already. Throws as write() does.
  coro::Task<StoredFile> finish(std::shared_ptr<UploadWriter> upload);

  // True when `path` has the form of those that finish() gives out and lies in `folder` ("image",
  // "music", "document"; empty: any of them).
  static bool is_upload_path(std::string_view path, std::string_view folder);

 private:
  coro::Task<bool> exists(std::string path);
  std::string local_path(const std::string& path) const;

  Redis& redis_;
  net::ThreadPool& pool_;
  std::string root_;
  std::uint64_t max_size_;
};

}  // namespace chat::store
