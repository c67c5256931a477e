// What the tests of this room share: a session on one end of a socket pair, a client that speaks
// raw frames on the other, and an application that notes what it is given.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coro/completion.h"
#include "session/environment.h"
#include "session/session.h"

namespace chat::session::test {

// A client's frame with a short payload, masked as RFC 6455 section 5.3 asks.
inline std::string masked_frame(unsigned opcode, std::string_view payload) {
  constexpr char kMask[] = {0x11, 0x22, 0x33, 0x44};
  std::string frame(1, static_cast<char>(0x80 | opcode));
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80 | payload.size());
  } else {
    frame += static_cast<char>(0x80 | 126);
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size() & 0xFF);
  }
  frame.append(kMask, sizeof kMask);
  for (std::size_t at = 0; at < payload.size(); ++at)
    frame += static_cast<char>(payload[at] ^ kMask[at % 4]);
  return frame;
}

class Notes final : public Application {
 public:
  coro::Task<void> on_message(SessionPtr session, std::string payload) override {
    messages.push_back(payload);
    if (wait != nullptr) {
      coro::Completion<bool>& gate = *wait;  // g++ 12 reads `*wait` anew on resuming
      co_await gate;
    }
    if (reply_with_frame) session->send_frame(SharedBytes(payload));
    ++finished;
  }
  void on_upload_piece(Session&, std::string_view piece, bool first, bool last) override {
    if (first) upload.clear();
    upload += piece;
    upload_complete = last;
  }
  void on_login_over(Session& session) override { session.close(4204, {}); }
  void on_closed(SessionPtr) override { ++closed; }

  std::vector<std::string> messages;
  coro::Completion<bool>* wait = nullptr;  // holds up the first message
  bool reply_with_frame = false;
  int finished = 0;
  std::string upload;
  bool upload_complete = false;
  int closed = 0;
};

class Peer {
 public:
  explicit Peer(SessionLimits limits = {}, protocol::Wire wire = protocol::Wire::legacy)
      : environment{loop, registry, framer, notes, limits, {}, {}} {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0) std::abort();
    client = UniqueFd(ends[1]);
    Handshake handshake;
    handshake.wire = wire;
    session = std::make_shared<Session>(environment, 1, std::move(handshake));
    registry.add(session);
    net::ConnectionPtr connection =
        net::Connection::open(loop, UniqueFd(ends[0]), {}, nullptr, nobody_);
    session->start(std::move(connection));
  }

  void send(std::string_view bytes) {
    if (::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) std::abort();
  }

  // Turns the loop until `done` holds; false when ten seconds are over first.
  bool until(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      loop.run_once(std::chrono::milliseconds(10));
      receive();
    }
    return true;
  }

  // Whether the server has sent a Close frame with this code.
  bool got_close(std::uint16_t code) const {
    const char bytes[] = {static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    const std::size_t at = received.rfind(std::string_view(bytes, 2));
    return at != std::string::npos && at >= 2 && received[at - 2] == static_cast<char>(0x88);
  }

 private:
  struct Nobody final : net::ConnectionHandler {
    void on_data(std::span<char>) override {}
    void on_closed(net::CloseCause) override {}
  };

  void receive() {
    char buffer[4096];
    ssize_t got = 0;
    while (reading && (got = ::recv(client.get(), buffer, sizeof buffer, 0)) > 0)
      received.append(buffer, static_cast<std::size_t>(got));
    if (got == 0 && reading) ended = true;
  }

  Nobody nobody_;

 public:
  net::EventLoop loop;
  Registry registry;
  Framer framer{1024};
  Notes notes;
  Environment environment;
  UniqueFd client;
  SessionPtr session;
  std::string received;
  bool reading = true;  // false: a client that never reads
  bool ended = false;   // the server closed its side
};

}  // namespace chat::session::test
