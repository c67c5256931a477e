// One connected socket, plain or TLS: reads and writes that never block, and say why they stopped.
//
// Part of a Connection, which decides when to call what.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/unique_fd.h"
#include "net/outbox.h"
#include "net/socket_bio.h"

struct ssl_st;

namespace chat::net {

class TlsContext;

enum class IoStatus : std::uint8_t {
  ok,
  wants_read,   // try again when the socket is readable
  wants_write,  // try again when it is writable
  ended,        // the peer sends no more, in good order
  reset,        // the peer, or the network, broke it off
  tls_failed,   // the handshake or a record was refused
};

class Stream {
 public:
  // Takes over a connected non-blocking socket; `tls` null means plain. The TLS handshake, the
  // server's side, runs within read() and write(). Throws std::bad_alloc.
  Stream(UniqueFd socket, const TlsContext* tls);
  ~Stream() { close(); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  int fd() const { return socket_.get(); }
  bool is_tls() const { return tls_ != nullptr; }
  bool established() const;  // false while the handshake is under way
  const char* version() const;

  struct Read {
    std::size_t count;  // bytes at the front of the buffer, also when status is not ok
    IoStatus status;
  };
  Read read(std::span<char> buffer);

  // Bytes that read() would return though the socket has no event to tell of them.
  bool has_pending() const;

  // Reads and forgets what has come, undecrypted: nothing can be read afterwards.
  IoStatus discard(std::span<char> scratch);

  // Takes some bytes from a non-empty outbox; `scratch` is where small pieces become one record.
  IoStatus write(Outbox& outbox, std::span<char> scratch);

  // Says that no more will be written: TLS close_notify, then FIN.
  IoStatus finish();

  // Answers the peer's close_notify, as well as may be.
  void acknowledge_end();

  // Whether the peer has reset the connection, without reading from it.
  bool has_error() const;

  // A further descriptor of the socket; none with TLS, or when there are too many.
  UniqueFd own_socket() const;

  // Whether the kernel's buffer has room now. If it has none, an event follows when it has.
  bool takes_bytes() const;

  void close();

 private:
  Read read_plain(std::span<char> buffer);
  Read read_tls(std::span<char> buffer);
  IoStatus write_plain(Outbox& outbox);
  IoStatus write_tls(Outbox& outbox, std::span<char> scratch);
  IoStatus tls_status(int outcome) const;

  UniqueFd socket_;
  ssl_st* tls_ = nullptr;
  RecordSource source_;
};

}  // namespace chat::net
