// One upload on its way to disk. Blocking: every call runs on the thread pool, one after the other.
//
// Owned by the connection that uploads and by the job under way (shared_ptr). Until commit() the
// bytes are in a file of the folder `.incoming`, which goes when the writer does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "store/digest.h"

namespace chat::store {

class UploadWriter {
 public:
  // `root` is the upload folder; `max_size` in bytes. Throws Rejected(upload_failed) when no file
  // can be made there.
  UploadWriter(std::string root, std::uint64_t max_size);
  ~UploadWriter();
  UploadWriter(const UploadWriter&) = delete;
  UploadWriter& operator=(const UploadWriter&) = delete;

  // Appends. Throws Rejected: `file_too_large`, `unsupported_file` (detail: the MIME type) as soon
  // as the first bytes show it, `upload_failed` (disk).
  void write(std::string_view bytes);

  // All bytes are there: completes hash and type. Throws as write() does.
  void finish();

  // Flushes the file to disk and gives it a name nobody can guess. Returns its path as clients see
  // it: "/upload/image/YYYYMMDD/HH/NAME.EXT". Throws Rejected(upload_failed).
  std::string commit();

  const std::string& hash() const { return hash_; }  // SHA-256, hex; after finish()
  std::uint64_t size() const { return size_; }

 private:
  void recognise();

  std::string root_;
  std::uint64_t max_size_;
  std::string incoming_;  // path of the unfinished file; empty once committed
  UniqueFd file_;
  Sha256 digest_;
  std::string first_bytes_;  // until the type is known
  std::string folder_;       // "image", "music" or "document"; empty until the type is known
  std::string extension_;
  std::string hash_;
  std::uint64_t size_ = 0;
};

// Deletes what uploads left in `.incoming` when their process was killed over an hour ago. For the
// master, at start.
void remove_abandoned_uploads(const std::string& root);

}  // namespace chat::store
