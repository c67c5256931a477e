// Uploads that are not finished: whose they are and how long they will be. Their bytes are in a
// PartialFile of the same id.
//
// `upload:ID` is a hash that goes when the upload has expired; `uploads:user_id:USER` lists a
// user's by when that is. What they will hold counts against the user's quota from the beginning.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coro/task.h"
#include "store/redis.h"

namespace chat::store {

struct OpenUpload {
  std::string id;
  std::string owner;  // user id
  std::uint64_t length = 0;
  std::string name;          // as the client gave it; may be empty
  std::int64_t expires = 0;  // seconds since 1970, unless it goes on before
};

struct UploadAllowance {
  std::size_t most_open = 16;    // of one user
  std::uint64_t quota = 0;       // bytes of one user's files; 0: no limit
  std::chrono::seconds pause{};  // an upload is given up when nothing was added for this long
};

class OpenUploads {
 public:
  explicit OpenUploads(Redis& redis) : redis_(redis) {}

  // Notes a new one; when it expires. Throws Rejected: `too_many_uploads`, `quota_exceeded`.
  coro::Task<std::int64_t> begin(OpenUpload upload, UploadAllowance allowance);

  coro::Task<std::optional<OpenUpload>> find(std::string id);

  // Something was added: when it expires now.
  coro::Task<std::int64_t> go_on(OpenUpload upload, std::chrono::seconds pause);

  coro::Task<void> end(OpenUpload upload);

  // Which of these ids are those of unfinished uploads; one round trip.
  coro::Task<std::vector<bool>> exist(std::vector<std::string> ids);

 private:
  Redis& redis_;
};

}  // namespace chat::store
