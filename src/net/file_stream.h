// The rest of a file on its way to one client: reads a piece on the thread pool, sends it, and
// reads the next when it has gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/unique_fd.h"
#include "net/event_loop.h"
#include "net/http_body.h"
#include "net/thread_pool.h"

namespace chat::net {

class FileStream final : public BodySource {
 public:
  // Sends `start`, which was read already, then what follows it in `file`, `length` bytes from
  // `offset` in all.
  FileStream(EventLoop& loop, ThreadPool& pool, UniqueFd file, std::uint64_t offset,
             std::uint64_t length, std::vector<char> start, std::size_t piece);

  void pull(const HttpExchangePtr& exchange) override;

 private:
  EventLoop& loop_;
  ThreadPool& pool_;
  std::shared_ptr<const UniqueFd> file_;  // a job may outlive the answer
  std::uint64_t offset_;                  // of what is to be read next
  std::uint64_t left_;
  std::vector<char> start_;
  std::size_t piece_;
  Timer retry_;
};

}  // namespace chat::net
