#include "session/session.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "coro/spawn.h"
#include "session/held_sending.h"
#include "websocket/close_code.h"
#include "websocket/frame.h"

namespace chat::session {

using protocol::Wire;
using std::chrono::milliseconds;
using websocket::Next;
using websocket::Opcode;

namespace {

// How often an answer is looked for that lets the time to log in pass.
constexpr milliseconds kAnswerPoll{200};

// Bytes that may wait for the pump, beyond which the connection ends. Reading pauses before, but
// what was read already may hold a thousand times as much once it is decompressed.
constexpr std::size_t kMostWaiting = 8 << 20;

}  // namespace

Session::Session(Environment& environment, std::uint64_t id, Handshake handshake)
    : environment_(environment),
      id_(id),
      wire_(handshake.wire),
      compression_(handshake.compression),
      reader_(
          environment.reader_limits,
          handshake.compression == websocket::Compression::none ? nullptr : &environment.inflaters,
          handshake.wire == Wire::legacy ? websocket::BinaryMode::streamed
                                         : websocket::BinaryMode::whole),
      started_ms_(monotonic_ms()),
      heard_ms_(started_ms_),
      request_tokens_(environment.limits.request_rate, started_ms_),
      agent_(std::move(handshake.agent)) {}

void Session::start(net::ConnectionPtr connection) {
  connection_ = std::move(connection);
  connection_->set_handler(*this);
  address_ = connection_->peer();
  const SessionLimits& limits = environment_.limits;
  environment_.loop.arm(liveness_, std::min(limits.login_timeout, limits.ping_interval));
}

void Session::read(std::string leftover) {
  if (!leftover.empty() && !closed()) feed(leftover);
}

void Session::set_user(std::string id, std::string name) {
  user_id_ = std::move(id);
  user_name_ = std::move(name);
  agent_ = std::string();
}

void Session::clear_user() {
  user_id_.clear();
  user_name_.clear();
  login_.clear();
  login_over_ms_ = 0;
  groups_.clear();
  started_ms_ = monotonic_ms();
}

void Session::set_login(std::string id, milliseconds left) {
  login_ = std::move(id);
  login_over_ms_ = monotonic_ms() + static_cast<std::uint64_t>(left.count());
}

void Session::send(Outgoing& outgoing) {
  if (closed() || (is_legacy() && outgoing.v1_only())) return;
  send_frame(outgoing.frame(wire_, compression_));
}

void Session::send_frame(SharedBytes frame) {
  if (closed()) return;
  // What waits already counts, not the frame itself: one long answer is no sign of a slow reader.
  const std::size_t waiting = connection_->queued_bytes() + (held_ == nullptr ? 0 : held_->bytes());
  if (waiting > environment_.limits.outbox_limit) {
    close(websocket::kTryAgainLater, "reading too slowly");
  } else if (held_ != nullptr) {
    held_->keep(std::move(frame));
  } else {
    connection_->send(std::move(frame));
  }
}

void Session::close(std::uint16_t code, std::string_view reason) {
  if (closed()) return;
  log::debug({id_, user_id_}, "closing with {}: {}", code, reason);
  if (held_ != nullptr) {
    for (SharedBytes& frame : std::exchange(held_, nullptr)->take())
      connection_->send(std::move(frame));
  }
  connection_->send(websocket::make_close_frame(code, reason));
  closing_ = true;
  connection_->close_after_flush(environment_.limits.close_timeout);
}

void Session::hold_reading() {
  if (holds_++ == 0 && !closed()) connection_->pause_reading();
}

void Session::release_reading() {
  if (--holds_ == 0 && !closed()) connection_->resume_reading();
}

bool Session::take_request_token() {
  return request_tokens_.take(environment_.limits.request_rate, monotonic_ms());
}

void Session::on_data(std::span<char> bytes) { feed(bytes); }

void Session::feed(std::span<char> bytes) {
  heard_ms_ = monotonic_ms();
  const websocket::Failure* const failure = reader_.feed(bytes, *this);
  if (failure != nullptr) close(failure->code, failure->reason);
}

coro::Task<void> Session::drained() {
  if (connection_ == nullptr || connection_->queued_bytes() == 0) co_return;
  coro::Completion<bool> gone;
  draining_ = &gone;
  connection_->notify_when_drained();
  co_await gone;
}

void Session::on_drained() {
  if (draining_ != nullptr) std::exchange(draining_, nullptr)->complete(true);
}

void Session::on_closed(net::CloseCause cause) { cut(net::text_of(cause)); }

void Session::cut(std::string_view cause) {
  if (connection_ == nullptr) return;
  log::debug({id_, user_id_}, "connection closed: {}", cause);
  const SessionPtr self = shared_from_this();
  connection_.reset();
  liveness_.cancel();
  inbox_.clear();
  environment_.registry.remove(*this);
  environment_.application.on_closed(self);
  on_drained();
}

Next Session::next() const { return closed() ? Next::stop : Next::proceed; }

Next Session::on_text(std::string_view message) {
  if (is_legacy()) {
    enqueue(message);
  } else {
    close(websocket::kUnsupportedData, "this subprotocol uses binary messages");
  }
  return next();
}

Next Session::on_binary(std::string_view message) {
  enqueue(message);
  return next();
}

Next Session::on_binary_chunk(std::string_view piece, bool first, bool last) {
  environment_.application.on_upload_piece(*this, piece, first, last);
  return next();
}

Next Session::on_ping(std::string_view payload) {
  send_frame(websocket::make_frame(Opcode::pong, payload));
  return next();
}

Next Session::on_pong(std::string_view) { return next(); }

void Session::on_close(std::uint16_t code, std::string_view) { close(code, {}); }

void Session::enqueue(std::string_view message) {
  // Before a login there is little to say, and nobody to answer for it.
  if (inbox_bytes_ > (logged_in() ? kMostWaiting : environment_.limits.inbox_limit)) {
    close(websocket::kPolicyViolation, "too many requests");
    return;
  }
  inbox_.emplace_back(message);
  inbox_bytes_ += message.size();
  if (!inbox_held_ && inbox_bytes_ > environment_.limits.inbox_limit) {
    inbox_held_ = true;
    hold_reading();
  }
  if (!pumping_) coro::spawn(pump(shared_from_this()));
}

coro::Task<void> Session::pump(SessionPtr self) {
  self->pumping_ = true;
  while (!self->inbox_.empty()) {
    std::vector<std::string> batch = std::exchange(self->inbox_, std::vector<std::string>());
    self->inbox_bytes_ = 0;
    for (std::string& message : batch) {
      if (self->closed()) break;
      const milliseconds age(monotonic_ms() - self->started_ms_);
      self->asked_in_time_ = age < self->environment_.limits.login_timeout;
      co_await self->environment_.application.on_message(self, std::move(message));
    }
    if (self->inbox_held_) {
      self->inbox_held_ = false;
      self->release_reading();
    }
  }
  self->pumping_ = false;
}

void Session::check_liveness() {
  if (closed()) return;
  const SessionLimits& limits = environment_.limits;
  const std::uint64_t now = monotonic_ms();
  const milliseconds age(now - started_ms_);
  // Whoever asked in time is not to blame for a password's hash that waits for the processor.
  const bool answering = pumping_ && asked_in_time_;
  if (!logged_in() && age >= limits.login_timeout && !answering) {
    close(websocket::kPolicyViolation, "not logged in in time");
    return;
  }
  if (login_over_ms_ != 0 && now >= login_over_ms_) {
    environment_.application.on_login_over(*this);
    return;
  }
  if (reader_stalled(now)) {
    close(websocket::kTryAgainLater, "reading too slowly");
    return;
  }
  const milliseconds silence(now - heard_ms_);
  const bool pinged = pinged_ms_ > heard_ms_;
  if (pinged && milliseconds(now - pinged_ms_) >= limits.ping_interval) {
    cut("silent for too long");
    return;
  }
  milliseconds wait = limits.ping_interval - (pinged ? milliseconds(now - pinged_ms_) : silence);
  if (!pinged && silence >= limits.ping_interval) {
    send_frame(websocket::make_frame(Opcode::ping, {}));
    pinged_ms_ = now;
    wait = limits.ping_interval;
  }
  if (!logged_in()) wait = std::min(wait, std::max(limits.login_timeout - age, kAnswerPoll));
  if (login_over_ms_ != 0) wait = std::min(wait, milliseconds(login_over_ms_ - now));
  if (stalled_since_ms_ != 0) wait = std::min(wait, limits.outbox_grace);
  environment_.loop.arm(liveness_, wait);
}

bool Session::reader_stalled(std::uint64_t now_ms) {
  if (connection_->queued_bytes() == 0 || connection_->sent_bytes() != sent_mark_) {
    sent_mark_ = connection_->sent_bytes();
    stalled_since_ms_ = connection_->queued_bytes() == 0 ? 0 : now_ms;
    return false;
  }
  return stalled_since_ms_ != 0 &&
         milliseconds(now_ms - stalled_since_ms_) >= environment_.limits.outbox_grace;
}

}  // namespace chat::session
