#include "features/upload_intake.h"

#include <chrono>
#include <utility>

#include "base/rejected.h"
#include "features/budget.h"
#include "features/request_body.h"
#include "store/kept_files.h"
#include "store/offload.h"

namespace chat::features {

using net::HttpExchangePtr;
using store::OpenUpload;
using store::PartialFile;

namespace {

constexpr int kLockTries = 20;
constexpr std::chrono::milliseconds kLockPause{100};

std::chrono::seconds in_seconds(std::chrono::milliseconds time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time);
}

}  // namespace

coro::Task<std::int64_t> UploadIntake::begin(OpenUpload upload) {
  const config::Settings& settings = services_.settings;
  co_await spend(services_, "upload", upload.owner, rate_of(settings.upload_rate));
  auto make = [root = root(), id = upload.id] {
    PartialFile::create(root, id);
    return true;
  };
  co_await store::offload(disk_, std::move(make));
  const store::UploadAllowance allowance = allowance_of(settings);
  std::optional<Rejected> refused;
  std::int64_t expires = 0;
  try {
    expires = co_await services_.open_uploads.begin(upload, allowance);
  } catch (const Rejected& rejected) {
    refused = rejected;
  }
  if (!refused) co_return expires;
  co_await drop(std::move(upload));
  throw Rejected(*refused);
}

coro::Task<std::uint64_t> UploadIntake::offset_of(OpenUpload upload) {
  auto look = [root = root(), id = upload.id] { return PartialFile::offset_of(root, id); };
  const auto offset = co_await store::offload(disk_, std::move(look));
  if (!offset) throw Rejected(Refusal::no_such_file, upload.id);
  co_return *offset;
}

coro::Task<std::uint64_t> UploadIntake::append(HttpExchangePtr exchange, OpenUpload upload,
                                               std::uint64_t offset, Sum sum) {
  break_off(upload.id);
  Partial partial = co_await lock(upload.id);
  adding_[upload.id] = exchange;
  std::optional<Rejected> refused;
  std::uint64_t reached = 0;
  try {
    reached = co_await fill(exchange, upload, partial, offset, std::move(sum));
  } catch (const Rejected& rejected) {
    refused = rejected;
  }
  const auto mine = adding_.find(upload.id);
  if (mine != adding_.end() && mine->second.lock() == exchange) adding_.erase(mine);
  co_await close(std::move(partial));
  if (refused) throw Rejected(*refused);
  co_return reached;
}

coro::Task<std::uint64_t> UploadIntake::fill(HttpExchangePtr exchange, OpenUpload upload,
                                             Partial partial, std::uint64_t offset, Sum sum) {
  if (partial->offset() != offset)
    throw Rejected(Refusal::upload_moved, std::to_string(partial->offset()));
  if (exchange->request().content_length() > upload.length - offset)
    throw Rejected(Refusal::file_too_large, "beyond Upload-Length");
  if (exchange->waiting_for_answer() && exchange->request().content_length() > 0)
    co_await receive(exchange, partial, std::move(sum));
  if (partial->offset() == upload.length) co_await complete(upload, partial);
  co_return partial->offset();
}

// What came counts, however the request ended; but a chunk with a sum counts whole or not at all.
coro::Task<void> UploadIntake::receive(HttpExchangePtr exchange, Partial partial, Sum sum) {
  if (sum) {
    auto begin = [partial, sum = *sum] {
      partial->begin_chunk(sum);
      return true;
    };
    co_await store::offload(disk_, std::move(begin));
  }
  const auto body = RequestBody::of(exchange);
  while (true) {
    std::string piece = co_await body->next();
    if (piece.empty()) break;
    auto write = [partial, piece = std::move(piece)] {
      partial->write(piece);
      return true;
    };
    co_await store::offload(disk_, std::move(write));
  }
  auto end = [partial, checked = sum.has_value(), broken = body->broken()] {
    if (checked && broken) return false;
    if (checked) partial->end_chunk();
    partial->pause();
    return true;
  };
  const bool counts = co_await store::offload(disk_, std::move(end));
  if (!counts) throw Rejected(Refusal::bad_checksum, "the chunk broke off");
}

// A file that is refused now would be refused again: it goes.
coro::Task<void> UploadIntake::complete(OpenUpload upload, Partial partial) {
  std::optional<Rejected> refused;
  try {
    store::Beginning beginning;
    beginning.unsent = in_seconds(services_.settings.unsent_file_age);
    co_await services_.kept_files.keep(partial, upload, beginning);
  } catch (const Rejected& rejected) {
    refused = rejected;
  }
  if (!refused) co_return;
  const Refusal why = refused->refusal();
  const bool for_good = why == Refusal::file_too_large || why == Refusal::bad_picture ||
                        why == Refusal::unsupported_file;
  if (for_good) co_await drop(std::move(upload));
  throw Rejected(*refused);
}

coro::Task<std::int64_t> UploadIntake::go_on(OpenUpload upload) {
  return services_.open_uploads.go_on(std::move(upload),
                                      in_seconds(services_.settings.upload_pause));
}

coro::Task<void> UploadIntake::remove(OpenUpload upload) {
  break_off(upload.id);
  Partial partial = co_await lock(upload.id);
  partial->give_up();
  co_await drop(std::move(upload));
  co_await close(std::move(partial));
}

coro::Task<void> UploadIntake::drop(OpenUpload upload) {
  co_await services_.open_uploads.end(upload);
  auto remove = [root = root(), id = upload.id] {
    PartialFile::remove(root, id);
    return true;
  };
  co_await store::offload(disk_, std::move(remove));
}

// A client that comes back may find the connection that it lost still adding, on another worker.
coro::Task<UploadIntake::Partial> UploadIntake::lock(std::string id) {
  for (int tries = 1;; ++tries) {
    auto open = [root = root(), id] { return std::make_shared<PartialFile>(root, id); };
    Partial partial;
    try {
      partial = co_await store::offload(disk_, std::move(open));
    } catch (const Rejected& rejected) {
      if (rejected.refusal() != Refusal::upload_busy || tries == kLockTries) throw;
    }
    if (partial) co_return partial;
    co_await services_.pauses.sleep(kLockPause);
  }
}

// Closing may wait for the disk.
coro::Task<void> UploadIntake::close(Partial partial) {
  auto let_go = [partial = std::move(partial)]() mutable {
    partial.reset();
    return true;
  };
  co_await store::offload(disk_, std::move(let_go));
}

void UploadIntake::break_off(const std::string& id) {
  const auto found = adding_.find(id);
  const auto older = found == adding_.end() ? nullptr : found->second.lock();
  if (older) older->abort();
}

}  // namespace chat::features
