// What the tests of this room share: a loop that turns until something holds, clients, folders,
// certificates.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/unique_fd.h"
#include "net/connection.h"
#include "net/event_loop.h"
#include "net/shared_counters.h"
#include "net/tls.h"

struct ssl_session_st;
struct ssl_st;
struct ssl_ctx_st;

namespace chat::net::test {

inline constexpr std::chrono::seconds kPatience{10};

// Turns the loop until `done` holds; false when kPatience is over first.
bool run_until(EventLoop& loop, const std::function<bool()>& done);

// Two ends of a TCP connection over loopback, both non-blocking.
struct SocketPair {
  UniqueFd server;
  UniqueFd client;
};
SocketPair make_tcp_pair();

// A folder that is gone at the end of the test.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string write(const std::string& name, std::string_view content) const;

 private:
  std::string path_;
};

// A fresh self-signed ECDSA certificate and its key in `folder`.
TlsFiles make_certificate(const TempFolder& folder, const std::string& name = "server");

// A client's end of a connection, driven by pump() from the test's thread.
class Client {
 public:
  explicit Client(UniqueFd socket) : socket_(std::move(socket)) {}
  ~Client();
  Client(Client&& other) noexcept;
  Client& operator=(Client&&) = delete;

  // Speaks TLS from now on; `session` is one to resume, `max_version` 0 means the newest.
  void start_tls(ssl_session_st* session = nullptr, int max_version = 0,
                 const char* alpn = nullptr);

  void send(std::string_view bytes) { outgoing_.append(bytes); }
  void pump();

  // Receives nothing more than `limit` bytes in all: a slow reader.
  void limit_reading(std::size_t limit) { read_limit_ = limit; }

  const std::string& received() const { return received_; }
  std::string take_received() { return std::exchange(received_, {}); }
  void put_back(std::string bytes) { received_ = std::move(bytes); }
  bool closed() const { return closed_; }  // the server's end has come
  bool reset() const { return reset_; }    // it was a reset
  bool got_close_notify() const { return close_notify_; }
  ssl_st* tls() const { return tls_; }
  int fd() const { return socket_.get(); }

  void shut_down_writing();  // FIN, without TLS close_notify
  void reset_connection();   // RST

 private:
  void pump_tls();
  void on_end(ssize_t outcome);

  UniqueFd socket_;
  ssl_ctx_st* context_ = nullptr;
  ssl_st* tls_ = nullptr;
  std::string outgoing_;
  std::string received_;
  std::size_t read_limit_ = SIZE_MAX;
  bool closed_ = false;
  bool reset_ = false;
  bool close_notify_ = false;
};

}  // namespace chat::net::test
