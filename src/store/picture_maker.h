// Cleans pictures and makes their previews, in a process that may do nothing else.
//
// Owned by the worker. The other process is at the far end of the channel and takes one picture
// after the other; a thread here waits for it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/unique_fd.h"
#include "coro/task.h"
#include "net/thread_pool.h"
#include "picture/report.h"

namespace chat::store {

class PictureMaker {
 public:
  // `channel`: a socket of whole messages.
  PictureMaker(net::EventLoop& loop, UniqueFd channel);

  // Reads the picture in the file `from` and writes what becomes of it to the new file `to`, and
  // its preview to `to`-preview. Nothing when it cannot be read. Throws Rejected: `busy` (too many
  // wait, or the other process is gone), `upload_failed`.
  coro::Task<std::optional<picture::Report>> make(std::string from, std::string to);

 private:
  std::shared_ptr<const UniqueFd> channel_;
  net::ThreadPool pool_;
};

}  // namespace chat::store
