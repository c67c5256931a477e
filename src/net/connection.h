// One accepted socket behind one face, plain or TLS: bytes in, bytes out, and why it ended.
//
// Owned by whoever handles it, through ConnectionPtr; letting go of that closes the socket at once,
// also from inside a callback. What is sent during a turn of the loop leaves together at its end.
// While idle a connection holds no buffers.
#pragma once

#include <event2/event_struct.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/shared_bytes.h"
#include "base/unique_fd.h"
#include "net/event_loop.h"
#include "net/outbox.h"
#include "net/shared_counters.h"
#include "net/stream.h"

namespace chat::net {

enum class CloseCause : std::uint8_t {
  peer_closed,  // orderly: end of stream, or the TLS peer's close_notify
  peer_reset,   // the peer, or the network, broke it off
  tls_failed,   // the handshake or a record was refused
  finished,     // close_after_flush() came to its end
  timed_out,    // close_after_flush() met its deadline with bytes unsent
};

const char* text_of(CloseCause cause);

// Whoever takes what comes in. May destroy the connection, or itself, in any of these.
class ConnectionHandler {
 public:
  // New bytes, at most EventLoop::kReadBufferSize. They lie in a buffer of the loop, valid during
  // the call only, and may be changed in place (unmasking).
  virtual void on_data(std::span<char> bytes) = 0;

  // Everything queued has gone to the kernel; follows notify_when_drained() once.
  virtual void on_drained() {}

  // The socket is closed; the last call of this connection, and once only. Never called from
  // inside one of the Connection's own functions.
  virtual void on_closed(CloseCause cause) = 0;

 protected:
  ~ConnectionHandler() = default;
};

class Connection;

// Closes at once (unsent bytes are lost), makes no more calls, frees at the end of the turn.
struct ReleaseConnection {
  void operator()(Connection* connection) const;
};
using ConnectionPtr = std::unique_ptr<Connection, ReleaseConnection>;

class Connection final : private TurnEnd {
 public:
  // Takes over a connected non-blocking socket; `tls` null means plain. The TLS handshake runs by
  // itself; on_data comes after it. `handler` must outlive the connection or a set_handler().
  // Nothing is read before the loop's next turn. Throws std::bad_alloc.
  static ConnectionPtr open(EventLoop& loop, UniqueFd socket, CountedPeer peer,
                            const TlsContext* tls, ConnectionHandler& handler);

  // Hands the rest of the connection's life to another handler, as after an upgrade.
  void set_handler(ConnectionHandler& handler) { handler_ = &handler; }

  // Queues bytes; ignored once the connection is closing or closed.
  void send(SharedBytes bytes);

  // Bytes queued and not yet taken by the kernel.
  std::size_t queued_bytes() const { return outbox_.bytes(); }

  // Bytes the kernel has taken so far: two equal readings with bytes queued mean a stalled reader.
  std::uint64_t sent_bytes() const { return sent_bytes_; }

  // Whether bytes wait for the kernel's buffer, here or at whoever writes to own_socket().
  bool waits_for_reader() const { return write_blocked_ || !outbox_.empty(); }

  // A further descriptor of the socket, for another thread to write to while nothing is sent here:
  // non-blocking, none with TLS or while something is queued. The peer sees the connection closed
  // when this descriptor is closed, too.
  UniqueFd own_socket() const;

  // What was written there; `blocked`: the kernel takes no more for now.
  void note_written(std::size_t count, bool blocked);

  // Asks for one on_drained() when nothing is queued any more and the kernel takes bytes again, in
  // a later turn at the earliest.
  void notify_when_drained();

  // Backpressure: no on_data between the two. A reset is noticed nevertheless; the end of the
  // stream after resuming.
  void pause_reading();
  void resume_reading();

  // Sends what is queued, then TLS close_notify and FIN, then waits for the peer's end so that no
  // reset eats the last bytes; after `deadline` closes regardless. Incoming bytes are dropped.
  // on_closed follows, in a later turn.
  void close_after_flush(std::chrono::milliseconds deadline);

  bool is_tls() const { return stream_.is_tls(); }
  bool closing() const { return state_ != State::open; }

  // Whether data can flow: always for plain, after the handshake for TLS.
  bool established() const { return stream_.established(); }

  // "TLSv1.3", or "" for a plain connection.
  const char* tls_version() const { return stream_.version(); }
  const IpAddress& peer() const { return peer_.address(); }

 private:
  friend struct ReleaseConnection;

  // open -> flushing (close_after_flush) -> lingering (FIN sent) -> closed; or closed from any.
  enum class State : std::uint8_t { open, flushing, lingering, closed };
  enum class Interest : std::uint8_t { none, read, read_write, write_edge };

  Connection(EventLoop& loop, UniqueFd socket, CountedPeer peer, const TlsContext* tls,
             ConnectionHandler& handler);
  ~Connection() override = default;

  void on_turn_end() override;
  void on_event(short what);
  void on_close_deadline();

  void read();
  Stream::Read read_in(std::span<char> buffer);
  void read_again();
  void drop_incoming();
  void on_input_end();
  void flush();
  void on_flushed();
  Interest wanted_interest() const;
  void watch();
  void close(CloseCause cause);
  void close_socket();
  void release();

  ConnectionHandler* handler_;
  Stream stream_;
  State state_ = State::open;
  Interest interest_ = Interest::none;
  bool reading_paused_ = false;
  bool read_pending_ = false;      // bytes may wait inside TLS: read again next turn
  bool read_wants_write_ = false;  // a TLS handshake waits for the socket to take bytes
  bool write_blocked_ = false;     // the kernel's buffer is full
  bool input_ended_ = false;       // the peer's end came while we were still sending
  bool drain_wanted_ = false;
  bool released_ = false;
  Outbox outbox_;
  std::uint64_t sent_bytes_ = 0;
  CountedPeer peer_;
  Deadline close_deadline_ = Deadline::calling<&Connection::on_close_deadline>(this);
  event event_;
};

}  // namespace chat::net
