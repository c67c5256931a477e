// A non-blocking TCP connection to the server, plain or TLS behind one face.
//
// Owned by a client. Nothing is kept but what the kernel would not take yet.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "load/options.h"

namespace load {

// For all connections; takes any certificate.
std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> make_tls_context();

class Stream {
 public:
  // Begins to connect; `tls` null means plain; `session` is one to resume, or null. Throws
  // std::system_error.
  Stream(const Endpoint& server, SSL_CTX* tls, SSL_SESSION* session = nullptr);

  int fd() const { return socket_.get(); }

  // Goes on connecting, TLS handshake included. Throws std::runtime_error when that failed.
  bool connected();

  // Reads what is there: 0 when there is nothing now, -1 when the connection is over.
  int read(std::span<char> buffer);

  // Whether read() may have more at once, after it gave `got` bytes of room for `size`.
  bool may_have_more(int got, std::size_t size) const;

  // Whether the server took the TLS session that it was offered.
  bool resumed() const { return ssl_ && SSL_session_reused(ssl_.get()) == 1; }

  // Makes the end of this connection a reset, which leaves no port waiting.
  void end_by_reset();

  // Sends now what the kernel takes and the rest from flush().
  void write(std::string_view bytes);
  void flush();

  // Whether the socket's being writable is of interest.
  bool wants_write() const { return !ready_ || !unsent_.empty(); }

 private:
  // A session whose connection ends without a word counts as bad, and is not resumed.
  struct EndTls {
    void operator()(SSL* ssl) const {
      SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
      SSL_free(ssl);
    }
  };

  chat::UniqueFd socket_;
  std::unique_ptr<SSL, EndTls> ssl_;
  bool tcp_ready_ = false;
  bool ready_ = false;
  std::string unsent_;
  std::size_t sent_ = 0;  // of it
};

}  // namespace load
