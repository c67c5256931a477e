// One connected client: reads its frames, runs its messages one after the other, queues what is
// sent to it, and notices when it is gone.
//
// Owned by the registry while connected, and by the message being run. Once closed, sending is a
// no-op, so a handler that resumes late does no harm.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/rejected.h"
#include "coro/completion.h"
#include "coro/task.h"
#include "net/connection.h"
#include "protocol/codec.h"
#include "protocol/wire.h"
#include "session/application.h"
#include "session/environment.h"
#include "session/outgoing.h"
#include "websocket/reader.h"

namespace chat::session {

class HeldSending;

// What the opening handshake settled.
struct Handshake {
  protocol::Wire wire = protocol::Wire::legacy;
  websocket::Compression compression = websocket::Compression::none;
  std::string agent;         // User-Agent
  std::string cookie_token;  // of the login session whose cookie came along, or empty
};

class Session final : public std::enable_shared_from_this<Session>,
                      private net::ConnectionHandler,
                      private websocket::Sink {
 public:
  // `id` is unique in this worker. Call start() next.
  Session(Environment& environment, std::uint64_t id, Handshake handshake);

  // Takes the connection over. Call read() next.
  void start(net::ConnectionPtr connection);

  // Reads `leftover`, the bytes that came behind the handshake.
  void read(std::string leftover);

  std::uint64_t id() const { return id_; }
  protocol::Wire wire() const { return wire_; }
  bool is_legacy() const { return wire_ == protocol::Wire::legacy; }
  const net::IpAddress& address() const { return address_; }
  const std::string& agent() const { return agent_; }

  // Whose connection this is; empty before login.
  const std::string& user_id() const { return user_id_; }
  const std::string& user_name() const { return user_name_; }
  bool logged_in() const { return !user_id_.empty(); }
  void set_user(std::string id, std::string name);
  void clear_user();  // the time to log in starts anew

  // The id of its login session, which is over for good after `left`: the connection ends then.
  const std::string& login() const { return login_; }
  void set_login(std::string id, std::chrono::milliseconds left);

  // The id of the login session whose cookie came with the handshake; empty: none.
  const std::string& cookie_login() const { return cookie_login_; }
  void set_cookie_login(std::string id) { cookie_login_ = std::move(id); }

  // Sends one event to this client alone; a message for several goes through Outgoing.
  template <class Event>
  void send(const Event& event) {
    Outgoing outgoing(environment_.framer, event);
    send(outgoing);
  }
  // Queues the message's frame for this client's wire. Messages that exist on the msgpack wire only
  // pass legacy clients by.
  void send(Outgoing& outgoing);

  // Queues a frame as it is.
  void send_frame(SharedBytes frame);

  // Waits until the kernel has taken all that was queued, or the connection is gone. One at a time.
  coro::Task<void> drained();

  // Starts the closing handshake (RFC 6455 section 7.1.2); what is queued leaves before it.
  void close(std::uint16_t code, std::string_view reason);
  bool closed() const { return connection_ == nullptr || closing_; }

  // Gives the connection up at once, without a word to the client.
  void cut(std::string_view cause);

  // Backpressure from above, as while an upload waits for the disk. Calls nest.
  void hold_reading();
  void release_reading();

  // One token for a request; false: this connection is over the rate.
  bool take_request_token();

  // The registry's notes: its place in the list of those logged in, and the groups it hears of.
  std::size_t place() const { return place_; }
  void set_place(std::size_t place) { place_ = place; }
  std::vector<std::string>& groups() { return groups_; }

  // Whether it went into a call, and has not left it by itself.
  bool in_call() const { return in_call_; }
  void set_in_call(bool in_call) { in_call_ = in_call; }

 private:
  friend class HeldSending;

  void on_data(std::span<char> bytes) override;
  void on_drained() override;
  void on_closed(net::CloseCause cause) override;

  websocket::Next on_text(std::string_view message) override;
  websocket::Next on_binary(std::string_view message) override;
  websocket::Next on_binary_chunk(std::string_view piece, bool first, bool last) override;
  websocket::Next on_ping(std::string_view payload) override;
  websocket::Next on_pong(std::string_view payload) override;
  void on_close(std::uint16_t code, std::string_view reason) override;

  websocket::Next next() const;
  void feed(std::span<char> bytes);
  void enqueue(std::string_view message);
  static coro::Task<void> pump(SessionPtr self);
  void check_liveness();
  bool reader_stalled(std::uint64_t now_ms);

  Environment& environment_;
  std::uint64_t id_;
  // What every message to this client looks at lies together: a broadcast passes through the
  // sessions of thousands, and waits for the memory of each.
  net::ConnectionPtr connection_;
  HeldSending* held_ = nullptr;  // keeps frames back
  protocol::Wire wire_;
  websocket::Compression compression_;
  bool closing_ = false;
  bool pumping_ = false;
  bool asked_in_time_ = false;  // what is pumped began before login_timeout
  bool inbox_held_ = false;
  bool in_call_ = false;
  std::uint8_t holds_ = 0;  // reasons for which reading is paused
  websocket::Reader reader_;
  net::IpAddress address_;
  std::uint64_t started_ms_;
  std::uint64_t heard_ms_;
  std::uint64_t pinged_ms_ = 0;  // nobody is given up unasked, however late this worker looks
  std::uint64_t stalled_since_ms_ = 0;
  std::uint64_t sent_mark_ = 0;  // sent_bytes() when the stall was first seen
  net::Deadline liveness_ = net::Deadline::calling<&Session::check_liveness>(this);
  TokenBucket request_tokens_;
  std::vector<std::string> inbox_;
  std::size_t inbox_bytes_ = 0;
  std::string agent_;
  std::string user_id_;
  std::string user_name_;
  std::string login_;
  std::uint64_t login_over_ms_ = 0;  // 0: no login yet
  std::string cookie_login_;
  std::size_t place_ = 0;
  std::vector<std::string> groups_;
  coro::Completion<bool>* draining_ = nullptr;  // whom drained() keeps waiting
};

}  // namespace chat::session
