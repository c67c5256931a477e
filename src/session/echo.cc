#include "session/echo.h"

#include <chrono>
#include <utility>

#include "websocket/close_code.h"

namespace chat::session {

using websocket::Compression;
using websocket::Next;
using websocket::Opcode;

namespace {

constexpr std::chrono::seconds kCloseTimeout{3};

// A client that sends without reading gets no more of its echo until it reads.
constexpr std::size_t kMostQueued = 1 << 20;

}  // namespace

void Echo::start(EchoEnvironment& environment, net::ConnectionPtr connection,
                 Compression compression, std::string leftover) {
  auto* const echo = new Echo(environment, std::move(connection), compression);
  if (!leftover.empty()) echo->on_data(leftover);
}

Echo::Echo(EchoEnvironment& environment, net::ConnectionPtr connection, Compression compression)
    : environment_(environment),
      connection_(std::move(connection)),
      compression_(compression),
      reader_(environment.limits,
              compression == Compression::none ? nullptr : &environment.inflaters,
              websocket::BinaryMode::whole) {
  connection_->set_handler(*this);
}

void Echo::on_data(std::span<char> bytes) {
  const websocket::Failure* const failure = reader_.feed(bytes, *this);
  if (failure != nullptr) close(failure->code, failure->reason);
}

void Echo::on_drained() { connection_->resume_reading(); }

void Echo::on_closed(net::CloseCause) { delete this; }

Next Echo::on_text(std::string_view message) { return send_back(Opcode::text, message); }

Next Echo::on_binary(std::string_view message) { return send_back(Opcode::binary, message); }

Next Echo::on_binary_chunk(std::string_view, bool, bool) { return Next::proceed; }

Next Echo::on_ping(std::string_view payload) {
  connection_->send(websocket::make_frame(Opcode::pong, payload));
  return Next::proceed;
}

Next Echo::on_pong(std::string_view) { return Next::proceed; }

void Echo::on_close(std::uint16_t code, std::string_view) { close(code, {}); }

Next Echo::send_back(Opcode opcode, std::string_view message) {
  if (compression_ == Compression::none) {
    connection_->send(websocket::make_frame(opcode, message));
  } else {
    websocket::Deflater& deflater =
        compression_ == Compression::small_window ? environment_.small : environment_.full;
    connection_->send(websocket::make_deflated_frame(opcode, message, deflater));
  }
  if (connection_->queued_bytes() > kMostQueued) {
    connection_->pause_reading();
    connection_->notify_when_drained();
  }
  return Next::proceed;
}

void Echo::close(std::uint16_t code, std::string_view reason) {
  connection_->send(websocket::make_close_frame(code, reason));
  connection_->close_after_flush(kCloseTimeout);
}

}  // namespace chat::session
