// One upload of the legacy wire on its way to disk. Blocking: every call runs on the thread pool,
// one after the other.
//
// Owned by the connection that uploads and by the job under way (shared_ptr). The bytes are in a
// PartialFile, which goes when the writer does; what is to stay of them is linked elsewhere before.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "store/file_types.h"
#include "store/partial_file.h"

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

  // All bytes are there: completes hash and type and flushes. Throws as write() does.
  void finish();

  // Gives the file at `content` a further name, one that nobody can guess. Returns its path as
  // clients see it: "/upload/image/YYYYMMDD/HH/NAME.EXT". Throws Rejected(upload_failed).
  std::string give_path(const std::string& content) const;

  const std::string& id() const { return id_; }  // of the PartialFile
  const std::shared_ptr<PartialFile>& partial() const { return partial_; }
  const std::string& hash() const { return hash_; }  // SHA-256, hex; after finish()
  std::uint64_t size() const { return partial_->offset(); }

 private:
  void recognise();

  std::string root_;
  std::string id_;
  std::uint64_t max_size_;
  std::shared_ptr<PartialFile> partial_;
  std::string first_bytes_;  // until the type is known
  FileType type_;            // its folder is empty until the type is known
  std::string hash_;
};

}  // namespace chat::store
