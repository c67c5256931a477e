// What takes the bytes of resumable uploads: from HTTP requests to disk, on the thread pool, and
// what becomes of an upload when the last one is there.
//
// Owned by the resource that speaks the protocol. The peer is held while the disk is behind.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "coro/task.h"
#include "features/services.h"
#include "net/http_exchange.h"
#include "net/thread_pool.h"
#include "store/open_uploads.h"
#include "store/partial_file.h"

namespace chat::features {

class UploadIntake {
 public:
  using Sum = std::optional<store::ChunkSum>;

  UploadIntake(Services& services, net::ThreadPool& disk) : services_(services), disk_(disk) {}

  // Begins one; when it expires. Throws Rejected: `rate_limited`, `too_many_uploads`,
  // `quota_exceeded`, `upload_failed`.
  coro::Task<std::int64_t> begin(store::OpenUpload upload);

  // How many bytes are there. Throws Rejected(no_such_file).
  coro::Task<std::uint64_t> offset_of(store::OpenUpload upload);

  // Adds the request's body to an upload that stands at `offset`, and makes it a file when it is
  // complete; where it stands then. An older request that adds to it is broken off. Throws
  // Rejected: `upload_moved`, `upload_busy`, `file_too_large`, `bad_checksum`, `bad_picture`,
  // `unsupported_file`, `upload_failed`, `busy`, `storage_unavailable`.
  coro::Task<std::uint64_t> append(net::HttpExchangePtr exchange, store::OpenUpload upload,
                                   std::uint64_t offset, Sum sum);

  // Something was added: when it expires now.
  coro::Task<std::int64_t> go_on(store::OpenUpload upload);

  // Gives one up that somebody may be adding to.
  coro::Task<void> remove(store::OpenUpload upload);

  // The same when nobody adds to it.
  coro::Task<void> drop(store::OpenUpload upload);

 private:
  using Partial = std::shared_ptr<store::PartialFile>;

  coro::Task<std::uint64_t> fill(net::HttpExchangePtr exchange, store::OpenUpload upload,
                                 Partial partial, std::uint64_t offset, Sum sum);
  coro::Task<void> receive(net::HttpExchangePtr exchange, Partial partial, Sum sum);
  coro::Task<void> complete(store::OpenUpload upload, Partial partial);
  coro::Task<Partial> lock(std::string id);
  coro::Task<void> close(Partial partial);
  void break_off(const std::string& id);

  const std::string& root() const { return services_.settings.upload; }

  Services& services_;
  net::ThreadPool& disk_;
  // Who adds to which upload on this worker: a newer request takes an older one's place.
  std::unordered_map<std::string, std::weak_ptr<net::HttpExchange>> adding_;
};

}  // namespace chat::features
