// All clients on one epoll loop: logs them in, lets the senders send, and tallies what comes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "load/client.h"
#include "load/options.h"
#include "load/tally.h"

namespace load {

class Herd {
 public:
  explicit Herd(const Options& options);

  // Logs everybody in. Throws std::runtime_error when one fails or nothing moves for too long.
  void log_in();

  // Sends all messages and waits until everybody has all of them, or until nothing came for
  // `patience` seconds. Returns the seconds it took.
  double run();

  const Tally& tally() const { return tally_; }

 private:
  void begin_logins();
  void send_what_is_due(std::uint64_t begun_ns);
  // Waits for at most `milliseconds`; true when a client received something.
  bool turn(int milliseconds);
  void on_payload(std::size_t client, std::string_view payload, std::uint64_t now_ns);
  void watch(std::size_t client, bool is_new);

  const Options& options_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_;
  chat::UniqueFd epoll_;
  std::vector<Account> accounts_;
  std::vector<std::unique_ptr<Client>> clients_;  // null: the server ended the connection
  std::vector<bool> watched_for_write_;
  std::size_t logged_in_ = 0;
  std::size_t sent_ = 0;
  Tally tally_;
  std::vector<char> buffer_;
};

}  // namespace load
