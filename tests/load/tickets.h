// The newest TLS session that a server gave a ticket for, for the next connection to resume.
#pragma once

#include <openssl/ssl.h>

#include <memory>

namespace load {

class Tickets {
 public:
  // Collects from all connections of `context`, which must not outlive this object.
  explicit Tickets(SSL_CTX* context);
  Tickets(const Tickets&) = delete;
  Tickets& operator=(const Tickets&) = delete;

  using Session = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;

  // A copy, as OpenSSL lets a connection have a session once; null until the first ticket came.
  Session newest() const;

 private:
  Session newest_{nullptr, &SSL_SESSION_free};
};

}  // namespace load
