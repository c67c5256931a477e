#include "features/uploads.h"

#include <optional>
#include <utility>

#include "base/log.h"
#include "coro/spawn.h"
#include "features/answer.h"
#include "features/budget.h"
#include "store/kept_files.h"
#include "store/open_uploads.h"
#include "websocket/close_code.h"

namespace chat::features {

using session::Session;

namespace {

// Bytes that may wait for the disk before the client's reading is held.
constexpr std::size_t kMostPending = 256 * 1024;

void refuse_upload(Session& session, const Rejected& rejected) {
  if (rejected.refusal() != Refusal::unsupported_file) {
    refuse(session, {}, rejected);
    return;
  }
  protocol::Notice notice = protocol::notice_of(rejected.refusal());
  notice.mess = notice.mess.value_or("") + rejected.detail();
  notice.timestamp = unix_now();
  session.send(notice);
}

}  // namespace

void Uploads::on_piece(Session& session, std::string_view piece, bool first, bool last) {
  if (!session.logged_in()) {
    refuse(session, {}, Rejected(Refusal::login_required, "upload before login"));
    session.close(websocket::kPolicyViolation, "log in before uploading");
    return;
  }
  if (first && services_.settings.rate_limits && !session.take_request_token()) {
    session.close(websocket::kPolicyViolation, "too many requests");
    return;
  }
  UploadPtr& latest = uploads_[session.id()];
  const bool held = latest != nullptr && latest->holding;
  if (first) latest = std::make_shared<Upload>();
  const UploadPtr upload = latest;
  upload->complete = last;
  if (upload->refused) return;
  upload->pending += piece;
  // Held also from the last piece to the answer: a client has one file on its way at a time.
  if (!upload->holding && !held && (last || upload->pending.size() > kMostPending)) {
    upload->holding = true;
    session.hold_reading();
  }
  if (first)
    coro::spawn(run(session.shared_from_this(), upload));
  else
    wake(*upload);
}

void Uploads::on_closed(const Session& session) {
  const auto found = uploads_.find(session.id());
  if (found == uploads_.end()) return;
  const UploadPtr upload = std::move(found->second);
  uploads_.erase(found);
  upload->abandoned = true;
  wake(*upload);
}

coro::Task<void> Uploads::run(session::SessionPtr session, UploadPtr upload) {
  try {
    protocol::FileUploaded uploaded;
    const store::StoredFile file = co_await keep(session, upload);
    uploaded.mess = {file.hash, file.path, static_cast<std::int64_t>(file.size)};
    uploaded.timestamp = unix_now();
    session->send(uploaded);
  } catch (const Rejected& rejected) {
    upload->refused = true;
    upload->pending = std::string();
    if (!upload->abandoned && rejected.refusal() == Refusal::upload_failed)
      log::error("an upload cannot be kept: {}", rejected.detail());
    if (!upload->abandoned) refuse_upload(*session, rejected);
  }
  if (std::exchange(upload->holding, false)) session->release_reading();
}

coro::Task<store::StoredFile> Uploads::keep(session::SessionPtr session, UploadPtr upload) {
  const store::Standing standing = co_await services_.users.standing(session->user_id());
  if (!standing.active) throw Rejected(Refusal::disabled);
  const store::Rate rate = rate_of(services_.settings.upload_rate);
  co_await spend(services_, "upload", session->user_id(), rate);
  std::shared_ptr<store::UploadWriter> writer = co_await services_.files.begin();
  std::optional<Rejected> refused;
  store::StoredFile file;
  try {
    file = co_await take(session, upload, writer);
  } catch (const Rejected& rejected) {
    refused = rejected;
  }
  co_await services_.files.drop(std::move(writer));
  if (refused) throw Rejected(*refused);
  co_return file;
}

coro::Task<store::StoredFile> Uploads::take(session::SessionPtr session, UploadPtr upload,
                                            std::shared_ptr<store::UploadWriter> writer) {
  while (true) {
    std::string piece = co_await next_piece(session, upload);
    if (upload->abandoned) throw Rejected(Refusal::upload_failed, "the client left");
    if (piece.empty()) break;
    co_await services_.files.write(writer, std::move(piece));
  }
  store::StoredFile file = co_await services_.files.finish(writer);
  if (file.path.empty()) file = co_await keep_content(session->user_id(), writer);
  co_return file;
}

// What was not there before.
coro::Task<store::StoredFile> Uploads::keep_content(std::string owner,
                                                    std::shared_ptr<store::UploadWriter> writer) {
  store::OpenUpload upload;
  upload.id = writer->id();
  upload.owner = std::move(owner);
  upload.length = writer->size();
  const store::UploadAllowance allowance = allowance_of(services_.settings);
  co_await services_.open_uploads.begin(upload, allowance);
  std::optional<Rejected> refused;
  std::string content;
  try {
    store::Beginning beginning;
    beginning.place = store::KeptFiles::kLegacy;
    const store::KeptFile kept =
        co_await services_.kept_files.keep(writer->partial(), upload, beginning);
    content = services_.kept_files.local_path(kept);
  } catch (const Rejected& rejected) {
    refused = rejected;
  }
  if (refused) {
    co_await services_.open_uploads.end(upload);
    throw Rejected(*refused);
  }
  store::StoredFile file = co_await services_.files.give_path(writer, content);
  co_return file;
}

// Empty at the end of the file.
coro::Task<std::string> Uploads::next_piece(session::SessionPtr session, UploadPtr upload) {
  while (upload->pending.empty() && !upload->complete && !upload->abandoned) {
    coro::Completion<bool> arrival;
    upload->waiting = &arrival;
    co_await arrival;
  }
  std::string piece = std::exchange(upload->pending, std::string());
  if (!upload->complete && std::exchange(upload->holding, false)) session->release_reading();
  co_return piece;
}

void Uploads::wake(Upload& upload) {
  if (upload.waiting != nullptr) std::exchange(upload.waiting, nullptr)->complete(true);
}

}  // namespace chat::features
