#include "net/connection.h"

#include <event2/event.h>

#include <utility>

namespace chat::net {
namespace {

CloseCause cause_of(IoStatus status) {
  switch (status) {
    case IoStatus::ended:
      return CloseCause::peer_closed;
    case IoStatus::tls_failed:
      return CloseCause::tls_failed;
    default:
      return CloseCause::peer_reset;
  }
}

}  // namespace

const char* text_of(CloseCause cause) {
  switch (cause) {
    case CloseCause::peer_closed:
      return "closed by the peer";
    case CloseCause::peer_reset:
      return "reset by the peer";
    case CloseCause::tls_failed:
      return "TLS failed";
    case CloseCause::finished:
      return "closed";
    case CloseCause::timed_out:
      return "closed with bytes unsent";
  }
  return "";
}

void ReleaseConnection::operator()(Connection* connection) const { connection->release(); }

ConnectionPtr Connection::open(EventLoop& loop, UniqueFd socket, CountedPeer peer,
                               const TlsContext* tls, ConnectionHandler& handler) {
  return ConnectionPtr(new Connection(loop, std::move(socket), std::move(peer), tls, handler));
}

Connection::Connection(EventLoop& loop, UniqueFd socket, CountedPeer peer, const TlsContext* tls,
                       ConnectionHandler& handler)
    : TurnEnd(loop), handler_(&handler), stream_(std::move(socket), tls), peer_(std::move(peer)) {
  watch();
}

void Connection::send(SharedBytes bytes) {
  if (state_ != State::open) return;
  outbox_.push(std::move(bytes));
  if (!write_blocked_) request_turn_end();
}

UniqueFd Connection::own_socket() const {
  if (state_ != State::open || !outbox_.empty()) return {};
  return stream_.own_socket();
}

// The buffer may have become empty again before this thread learns that it was full: an event that
// tells of it is over then, and no other comes.
void Connection::note_written(std::size_t count, bool blocked) {
  if (state_ != State::open) return;
  sent_bytes_ += count;
  write_blocked_ = blocked && !stream_.takes_bytes();
  request_turn_end();
}

void Connection::notify_when_drained() {
  drain_wanted_ = true;
  if (outbox_.empty()) request_turn_end();
}

// What to watch for is settled at the turn's end, so that a pause of less than a turn is free.
void Connection::pause_reading() {
  reading_paused_ = true;
  request_turn_end();
}

void Connection::resume_reading() {
  reading_paused_ = false;
  if (stream_.has_pending()) read_pending_ = true;
  request_turn_end();
}

void Connection::close_after_flush(std::chrono::milliseconds deadline) {
  if (state_ != State::open) return;
  state_ = State::flushing;
  drain_wanted_ = false;
  loop().arm(close_deadline_, deadline);
  request_turn_end();
}

void Connection::on_event(short what) {
  if (state_ == State::closed) return;
  if (interest_ == Interest::write_edge && stream_.has_error()) {
    return close(CloseCause::peer_reset);
  }
  if ((what & EV_WRITE) != 0) {
    write_blocked_ = false;
    request_turn_end();
  }
  // A handshake that may not go on keeps its event, which comes again in the next turn.
  const bool readable = (what & EV_READ) != 0 || read_wants_write_;
  if (readable && (stream_.established() || loop().handshakes().may_step())) {
    read_wants_write_ = false;
    read();
  }
  if (state_ != State::closed && wanted_interest() != interest_) request_turn_end();
}

void Connection::on_turn_end() {
  if (released_) {
    delete this;
    return;
  }
  if (state_ == State::closed) return;
  if (!write_blocked_) flush();
  if (state_ == State::open && read_pending_) read();
  if (state_ != State::closed) watch();
}

void Connection::on_close_deadline() {
  close(outbox_.empty() ? CloseCause::finished : CloseCause::timed_out);
}

void Connection::read() {
  if (state_ != State::open) return drop_incoming();
  if (reading_paused_) return;
  read_pending_ = false;
  const auto buffer = loop().read_buffer();
  const auto [count, status] = read_in(buffer);
  if (!outbox_.empty() && !write_blocked_) request_turn_end();  // it may wait for the handshake
  if (count > 0) handler_->on_data(buffer.first(count));
  if (state_ == State::closed) return;

  switch (status) {
    case IoStatus::ok:
      if (stream_.has_pending()) read_again();
      return;
    case IoStatus::wants_read:
      return;
    case IoStatus::wants_write:
      read_wants_write_ = true;
      return;
    case IoStatus::ended:
    case IoStatus::reset:
    case IoStatus::tls_failed:
      if (state_ == State::open && reading_paused_) return read_again();
      if (status == IoStatus::ended) return on_input_end();
      return close(cause_of(status));
  }
}

Stream::Read Connection::read_in(std::span<char> buffer) {
  if (stream_.established()) return stream_.read(buffer);
  const auto begun = HandshakeBudget::Clock::now();
  const Stream::Read result = stream_.read(buffer);
  loop().handshakes().spend(HandshakeBudget::Clock::now() - begun);
  return result;
}

// In a later turn: the next, or the one after resume_reading().
void Connection::read_again() {
  read_pending_ = true;
  if (!reading_paused_) request_turn_end();
}

void Connection::drop_incoming() {
  const IoStatus status = stream_.discard(loop().read_buffer());
  if (status == IoStatus::ended) return on_input_end();
  if (status == IoStatus::reset) close(CloseCause::peer_reset);
}

void Connection::on_input_end() {
  switch (state_) {
    case State::open:
      stream_.acknowledge_end();
      return close(CloseCause::peer_closed);
    case State::flushing:
      input_ended_ = true;  // it may well still read what we send
      return;
    case State::lingering:
      return close(CloseCause::finished);
    case State::closed:
      return;
  }
}

void Connection::flush() {
  while (!outbox_.empty()) {
    const std::size_t before = outbox_.bytes();
    const IoStatus status = stream_.write(outbox_, loop().write_scratch());
    sent_bytes_ += before - outbox_.bytes();
    if (status == IoStatus::ok) continue;
    if (status == IoStatus::wants_write) write_blocked_ = true;
    if (status == IoStatus::reset || status == IoStatus::tls_failed) close(cause_of(status));
    return;
  }
  on_flushed();
}

void Connection::on_flushed() {
  if (state_ == State::flushing) {
    if (stream_.finish() == IoStatus::wants_write) {
      write_blocked_ = true;
      return;
    }
    state_ = State::lingering;
    if (input_ended_) close(CloseCause::finished);
  } else if (std::exchange(drain_wanted_, false)) {
    handler_->on_drained();
  }
}

// Level-triggered while reading. Otherwise edges of writability: they come with a reset as well,
// and unlike an end of stream nobody reads, they do not repeat.
Connection::Interest Connection::wanted_interest() const {
  const bool reading = state_ == State::lingering || (state_ == State::flushing && !input_ended_) ||
                       (state_ == State::open && !reading_paused_);
  const bool writing = write_blocked_ || read_wants_write_;
  if (!reading) return Interest::write_edge;
  return writing ? Interest::read_write : Interest::read;
}

void Connection::watch() {
  const Interest wanted = wanted_interest();
  if (wanted == interest_) return;
  if (interest_ != Interest::none) event_del(&event_);
  short what = EV_PERSIST;
  if (wanted == Interest::write_edge) what |= EV_WRITE | EV_ET;
  if (wanted != Interest::write_edge) what |= EV_READ;
  if (wanted == Interest::read_write) what |= EV_WRITE;
  const auto on_event = [](evutil_socket_t, short events, void* connection) {
    static_cast<Connection*>(connection)->on_event(events);
  };
  event_assign(&event_, loop().base(), stream_.fd(), what, on_event, this);
  event_add(&event_, nullptr);
  interest_ = wanted;
}

void Connection::close(CloseCause cause) {
  close_socket();
  handler_->on_closed(cause);
}

void Connection::close_socket() {
  state_ = State::closed;
  close_deadline_.cancel();
  if (std::exchange(interest_, Interest::none) != Interest::none) event_del(&event_);
  stream_.close();
  outbox_.clear();
  peer_.uncount();
}

void Connection::release() {
  if (state_ != State::closed) close_socket();
  released_ = true;
  request_turn_end();
}

}  // namespace chat::net
