// One client: connects, upgrades, logs in, and then reports what it receives.
//
// Owned by the herd, which calls on_ready() whenever its socket is ready.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "load/frames.h"
#include "load/message.h"
#include "load/options.h"
#include "load/stream.h"

namespace load {

class Client {
 public:
  // Throws std::system_error when the connection cannot even be begun.
  Client(const Options& options, const Endpoint& server, SSL_CTX* tls, Account account);

  using OnPayload = std::function<void(std::string_view payload)>;

  // Goes on, reading into `buffer`; `on_payload` gets every message once logged in. Throws
  // std::runtime_error when the server ended the connection or refused something.
  void on_ready(std::span<char> buffer, const OnPayload& on_payload);

  void send(std::string_view payload);

  // Sends frames as they are.
  void send_frames(std::string_view frames) { stream_.write(frames); }

  // Its end will be a reset, which leaves no port waiting.
  void end_by_reset() { stream_.end_by_reset(); }

  bool logged_in() const { return stage_ == Stage::logged_in; }
  bool wants_write() const { return stream_.wants_write(); }
  int fd() const { return stream_.fd(); }
  const Account& account() const { return account_; }

 private:
  enum class Stage { connecting, upgrading, entering, logged_in };

  void on_bytes(std::string_view bytes, const OnPayload& on_payload);
  void on_frame(unsigned opcode, std::string_view payload, const OnPayload& on_payload);
  void enter(std::string_view payload);

  Wire wire_;
  std::string host_;
  Stream stream_;
  Account account_;
  Stage stage_ = Stage::connecting;
  std::string head_;  // of the upgrade's response, while it is incomplete
  FrameReader frames_;
};

}  // namespace load
