// The rest of a file on its way to one client, a piece at a time, each of them handled by the
// thread pool, so that only a thread ever waits for the disk: where the connection is plain, the
// thread has the kernel send it (sendfile); with TLS it reads what the loop then encrypts.
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
  // `offset` in all. `piece`: bytes read at a time; without TLS sixteen times as much is sent.
  FileStream(EventLoop& loop, ThreadPool& pool, UniqueFd file, std::uint64_t offset,
             std::uint64_t length, std::vector<char> start, std::size_t piece);

  void pull(const HttpExchangePtr& exchange) override;

 private:
  // Jobs may outlive the answer.
  using SharedFd = std::shared_ptr<const UniqueFd>;

  bool send_itself(const HttpExchangePtr& exchange);
  bool read(const HttpExchangePtr& exchange);
  void advance(std::size_t count);

  EventLoop& loop_;
  ThreadPool& pool_;
  SharedFd file_;
  SharedFd socket_;       // to which a thread writes; null until there is one
  std::uint64_t offset_;  // of what is to be sent next
  std::uint64_t left_;
  std::vector<char> start_;
  std::size_t piece_;
  Timer retry_;
};

}  // namespace chat::net
