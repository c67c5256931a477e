// TLS as the server offers it: one certificate, TLS 1.2 and 1.3, forward secrecy only, sessions
// resumed by ticket (RFC 8446, RFC 5246; ALPN http/1.1, RFC 7301).
//
// Made by the master before fork, used by every worker, which each reload their own copy.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "net/ticket_keys.h"

namespace chat::net {

struct TlsFiles {
  std::string certificate;  // PEM, the server's own first, then intermediates
  std::string key;          // PEM, without a passphrase
};

class TlsContext {
 public:
  // Throws std::runtime_error with one line that names the file and what is wrong with it.
  // `keys` must outlive the context and every connection made from it.
  TlsContext(const TlsFiles& files, TicketKeys& keys, std::chrono::seconds ticket_lifetime);

  // Loads files anew, for connections to come; existing ones keep theirs. On failure nothing
  // changes and the one-line reason is returned.
  std::optional<std::string> reload(const TlsFiles& files);

  ssl_ctx_st* native() const { return context_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  using Context = std::unique_ptr<ssl_ctx_st, Free>;

  Context load(const TlsFiles& files) const;

  TicketKeys& keys_;
  std::chrono::seconds ticket_lifetime_;
  Context context_;
};

}  // namespace chat::net
