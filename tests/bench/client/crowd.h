// Clients of one server, or of several in turn, on one epoll loop, from when they connect until
// they leave. What they send and what becomes of what they receive is for others to say.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "bench/client/plan.h"
#include "load/client.h"
#include "load/message.h"

namespace bench {

class Crowd {
 public:
  // `now_ns` is when the loop found it there to be read.
  using OnPayload =
      std::function<void(std::size_t client, std::string_view payload, std::uint64_t now_ns)>;

  explicit Crowd(const Plan& plan);

  // Connects everybody and logs them in. Throws std::runtime_error when one is refused, or when
  // nothing moves for the plan's patience.
  void enter();

  // Waits at most `milliseconds`, and reads what is there. Throws std::runtime_error when the
  // server ends a connection.
  void turn(int milliseconds, const OnPayload& on_payload);

  // Prints a line, then keeps everybody there until a line comes on standard input. False: its end.
  bool wait_for_word(const char* line, const OnPayload& on_payload);

  void send(std::size_t client, std::string_view payload);
  void send_frames(std::size_t client, std::string_view frames);

  std::size_t size() const { return clients_.size(); }
  const load::Account& account(std::size_t client) const { return clients_[client]->account(); }

 private:
  void begin(std::size_t client);
  void read(std::size_t client, const OnPayload& on_payload);
  void watch(std::size_t client, bool is_new);

  const Plan& plan_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_;
  chat::UniqueFd epoll_;
  std::vector<load::Account> accounts_;
  std::vector<std::unique_ptr<load::Client>> clients_;
  std::vector<bool> watched_for_write_;
  std::size_t logged_in_ = 0;
  bool word_came_ = false;
  std::vector<char> buffer_;
};

}  // namespace bench
