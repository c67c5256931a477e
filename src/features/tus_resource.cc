#include "features/tus_resource.h"

#include <algorithm>
#include <utility>

#include "base/ids.h"
#include "base/log.h"
#include "base/rejected.h"
#include "coro/spawn.h"
#include "features/http_answer.h"
#include "features/http_caller.h"
#include "features/login.h"
#include "features/tus_request.h"
#include "store/kept_files.h"

namespace chat::features {

using net::HttpExchangePtr;
using net::HttpResponse;
using store::OpenUpload;

namespace {

constexpr std::size_t kIdDigits = 32;

HttpResponse tus_response(int status) {
  HttpResponse response(status);
  response.add("Tus-Resumable", kTusVersion);
  return response;
}

void add_state(HttpResponse& response, std::uint64_t offset, std::int64_t expires) {
  response.add("Upload-Offset", offset).add("Cache-Control", "no-store");
  if (expires > 0) response.add("Upload-Expires", net::http_date(expires));
}

void tell_abilities(const HttpExchangePtr& exchange, std::uint64_t most) {
  HttpResponse response = tus_response(204);
  response.add("Tus-Version", kTusVersion)
      .add("Tus-Extension", kTusExtensions)
      .add("Tus-Checksum-Algorithm", kTusChecksums)
      .add("Tus-Max-Size", most);
  exchange->respond(response);
}

void refuse_version(const HttpExchangePtr& exchange) {
  exchange->respond(tus_response(412).add("Tus-Version", kTusVersion));
}

}  // namespace

void TusResource::handle(const HttpExchangePtr& exchange, std::string method, std::string id) {
  if (method == "OPTIONS") return tell_abilities(exchange, services_.settings.max_upload_size);
  const net::HttpRequest& request = exchange->request();
  const bool spoken =
      request.count("tus-resumable") == 1 && *request.header("tus-resumable") == kTusVersion;
  if (!spoken) return refuse_version(exchange);
  Step step = nullptr;
  if (method == "POST" && id.empty()) step = &TusResource::create;
  if (method == "HEAD") step = &TusResource::tell;
  if (method == "PATCH") step = &TusResource::add;
  if (method == "DELETE") step = &TusResource::remove;
  if (step == nullptr) return exchange->respond_error(405);
  coro::spawn(run(step, exchange, std::move(id)));
}

coro::Task<void> TusResource::run(Step step, HttpExchangePtr exchange, std::string id) {
  try {
    co_await (this->*step)(exchange, std::move(id));
  } catch (const Rejected& rejected) {
    if (rejected.refusal() == Refusal::upload_failed)
      log::error("an upload cannot be kept: {}", rejected.detail());
    refuse_http(exchange, rejected, tus_response(status_of(rejected.refusal())));
  }
}

coro::Task<std::string> TusResource::user_of(HttpExchangePtr exchange) {
  const Admission admission =
      co_await admit_by_session(services_, session_in(*exchange), visitor_of(*exchange));
  co_return admission.user.id;
}

// To others an upload is as unknown as one that is not there.
coro::Task<OpenUpload> TusResource::own_upload(std::string id, std::string user) {
  std::optional<OpenUpload> upload;
  if (store::KeptFiles::is_id(id)) upload = co_await services_.open_uploads.find(id);
  if (!upload || upload->owner != user) throw Rejected(Refusal::no_such_file, id);
  co_return *upload;
}

// One that is finished stands at its end, whatever the client thinks.
coro::Task<OpenUpload> TusResource::upload_to_add_to(std::string id, std::string user) {
  std::optional<Rejected> refused;
  OpenUpload upload;
  try {
    upload = co_await own_upload(id, user);
  } catch (const Rejected& rejected) {
    refused = rejected;
  }
  if (!refused) co_return upload;
  const auto seen = co_await services_.kept_files.see(id, user);
  if (seen && seen->file.owner == user) refused.emplace(Refusal::upload_moved, "it is finished");
  throw Rejected(*refused);
}

coro::Task<void> TusResource::create(HttpExchangePtr exchange, std::string) {
  const net::HttpRequest& request = exchange->request();
  OpenUpload upload;
  upload.owner = co_await user_of(exchange);
  upload.id = random_hex(kIdDigits);
  upload.length = length_in(request, "upload-length");
  upload.name = file_name_in(request);
  const Sum sum = checksum_in(request);
  const std::uint64_t part = request.content_length();
  if (part > 0) check_part(request);
  if (std::max(upload.length, part) > services_.settings.max_upload_size || part > upload.length)
    throw Rejected(Refusal::file_too_large, std::to_string(upload.length) + " bytes");
  upload.expires = co_await intake_.begin(upload);
  std::uint64_t offset = 0;
  if (part > 0 || upload.length == 0) offset = co_await first_part(exchange, upload, sum);
  HttpResponse response = tus_response(201);
  response.add("Location", "/files/" + upload.id);
  add_state(response, offset, offset == upload.length ? 0 : upload.expires);
  exchange->respond(response);
}

// Nobody is told of an upload whose first part did not come.
coro::Task<std::uint64_t> TusResource::first_part(HttpExchangePtr exchange, OpenUpload upload,
                                                  Sum sum) {
  std::optional<Rejected> refused;
  std::uint64_t offset = 0;
  try {
    offset = co_await intake_.append(exchange, upload, 0, std::move(sum));
  } catch (const Rejected& rejected) {
    refused = rejected;
  }
  if (offset < upload.length && !exchange->waiting_for_answer())
    refused.emplace(Refusal::no_such_file, "the client left");
  if (!refused) co_return offset;
  co_await intake_.drop(std::move(upload));
  throw Rejected(*refused);
}

coro::Task<void> TusResource::tell(HttpExchangePtr exchange, std::string id) {
  const std::string user = co_await user_of(exchange);
  std::optional<OpenUpload> upload;
  if (store::KeptFiles::is_id(id)) upload = co_await services_.open_uploads.find(id);
  std::uint64_t offset = 0;
  if (upload && upload->owner == user) {
    offset = co_await intake_.offset_of(*upload);
    // The last byte came, but whoever took it did not live to finish.
    const Sum no_sum;
    if (offset == upload->length) co_await intake_.append(exchange, *upload, offset, no_sum);
  } else {
    const auto seen = co_await services_.kept_files.see(id, user);
    if (!seen || seen->file.owner != user) throw Rejected(Refusal::no_such_file, id);
    upload.emplace();
    upload->length = seen->file.length;
    upload->name = seen->file.name;
    offset = upload->length;
  }
  HttpResponse response = tus_response(200);
  response.add("Upload-Length", upload->length);
  if (!upload->name.empty()) response.add("Upload-Metadata", metadata_of(upload->name));
  add_state(response, offset, offset == upload->length ? 0 : upload->expires);
  exchange->respond(response);
}

coro::Task<void> TusResource::add(HttpExchangePtr exchange, std::string id) {
  const net::HttpRequest& request = exchange->request();
  const std::string user = co_await user_of(exchange);
  OpenUpload upload = co_await upload_to_add_to(id, user);
  check_part(request);
  const std::uint64_t offset = length_in(request, "upload-offset");
  const Sum sum = checksum_in(request);
  const std::uint64_t reached = co_await intake_.append(exchange, upload, offset, sum);
  if (reached < upload.length) upload.expires = co_await intake_.go_on(upload);
  HttpResponse response = tus_response(204);
  add_state(response, reached, reached == upload.length ? 0 : upload.expires);
  exchange->respond(response);
}

coro::Task<void> TusResource::remove(HttpExchangePtr exchange, std::string id) {
  const std::string user = co_await user_of(exchange);
  std::optional<OpenUpload> upload;
  if (store::KeptFiles::is_id(id)) upload = co_await services_.open_uploads.find(id);
  if (upload && upload->owner == user) {
    co_await intake_.remove(*upload);
  } else {
    const auto seen = co_await services_.kept_files.see(id, user);
    if (!seen || seen->file.owner != user) throw Rejected(Refusal::no_such_file, id);
    const bool gone = co_await services_.kept_files.discard(id, user);
    if (!gone) throw Rejected(Refusal::not_allowed, "it was sent");
  }
  exchange->respond(tus_response(204));
}

}  // namespace chat::features
