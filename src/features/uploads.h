// Files that legacy clients upload, each as one binary message: streamed to disk as it arrives,
// never held in memory as a whole, and kept as resumable uploads are, but that their address under
// `/upload/` is all it takes to fetch them.
//
// Owned by the dispatcher. The client's reading is held while the disk is behind.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "coro/completion.h"
#include "coro/task.h"
#include "features/services.h"
#include "session/session.h"

namespace chat::features {

class Uploads {
 public:
  explicit Uploads(Services& services) : services_(services) {}

  // The next piece of a client's binary message. The answer, 903 or a refusal, follows the last.
  void on_piece(session::Session& session, std::string_view piece, bool first, bool last);

  // The client is gone; its unfinished file is dropped.
  void on_closed(const session::Session& session);

 private:
  // One file on its way. Pieces wait in `pending` while the one before is being written.
  struct Upload {
    std::string pending;
    bool complete = false;                      // the last piece has come
    bool abandoned = false;                     // the client went before
    bool refused = false;                       // answered already: the rest is dropped
    bool holding = false;                       // the client's reading is held
    coro::Completion<bool>* waiting = nullptr;  // for the next piece
  };
  using UploadPtr = std::shared_ptr<Upload>;

  coro::Task<void> run(session::SessionPtr session, UploadPtr upload);
  coro::Task<store::StoredFile> keep(session::SessionPtr session, UploadPtr upload);
  coro::Task<store::StoredFile> take(session::SessionPtr session, UploadPtr upload,
                                     std::shared_ptr<store::UploadWriter> writer);
  coro::Task<store::StoredFile> keep_content(std::string owner,
                                             std::shared_ptr<store::UploadWriter> writer);
  static coro::Task<std::string> next_piece(session::SessionPtr session, UploadPtr upload);
  static void wake(Upload& upload);

  Services& services_;
  std::unordered_map<std::uint64_t, UploadPtr> uploads_;  // by connection
};

}  // namespace chat::features
