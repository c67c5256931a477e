// Uploads over HTTP by the resumable protocol tus 1.0, below `/files/`: see docs/files.md.
//
// Owned by the file resource.
#pragma once

#include <optional>
#include <string>

#include "coro/task.h"
#include "features/services.h"
#include "features/upload_intake.h"
#include "net/http_exchange.h"
#include "net/thread_pool.h"
#include "store/open_uploads.h"
#include "store/partial_file.h"

namespace chat::features {

class TusResource {
 public:
  TusResource(Services& services, net::ThreadPool& disk)
      : services_(services), intake_(services, disk) {}

  // Answers what is not a plain GET or HEAD. `id`: what the path says behind "/files/".
  void handle(const net::HttpExchangePtr& exchange, std::string method, std::string id);

 private:
  using Sum = std::optional<store::ChunkSum>;
  using Step = coro::Task<void> (TusResource::*)(net::HttpExchangePtr exchange, std::string id);

  coro::Task<void> run(Step step, net::HttpExchangePtr exchange, std::string id);
  coro::Task<void> create(net::HttpExchangePtr exchange, std::string id);
  coro::Task<void> tell(net::HttpExchangePtr exchange, std::string id);
  coro::Task<void> add(net::HttpExchangePtr exchange, std::string id);
  coro::Task<void> remove(net::HttpExchangePtr exchange, std::string id);

  coro::Task<std::string> user_of(net::HttpExchangePtr exchange);
  coro::Task<store::OpenUpload> own_upload(std::string id, std::string user);
  coro::Task<store::OpenUpload> upload_to_add_to(std::string id, std::string user);
  coro::Task<std::uint64_t> first_part(net::HttpExchangePtr exchange, store::OpenUpload upload,
                                       Sum sum);

  Services& services_;
  UploadIntake intake_;
};

}  // namespace chat::features
