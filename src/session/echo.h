// A client in echo mode: every data message is sent back as it came, nobody logs in. It serves
// conformance suites, which test framing alone.
//
// Owns itself: lives until its connection is closed.
#pragma once

#include <span>
#include <string>

#include "net/connection.h"
#include "websocket/deflate.h"
#include "websocket/frame.h"
#include "websocket/reader.h"

namespace chat::session {

// What all echoing clients of a worker share; outlives them.
struct EchoEnvironment {
  websocket::Limits limits;
  websocket::Inflaters inflaters;
  websocket::Deflater small{websocket::Compression::small_window};
  websocket::Deflater full{websocket::Compression::full_window};
};

class Echo final : private net::ConnectionHandler, private websocket::Sink {
 public:
  // Serves `connection` from now on, beginning with `leftover`.
  static void start(EchoEnvironment& environment, net::ConnectionPtr connection,
                    websocket::Compression compression, std::string leftover);

 private:
  Echo(EchoEnvironment& environment, net::ConnectionPtr connection,
       websocket::Compression compression);
  ~Echo() = default;

  void on_data(std::span<char> bytes) override;
  void on_drained() override;
  void on_closed(net::CloseCause cause) override;

  websocket::Next on_text(std::string_view message) override;
  websocket::Next on_binary(std::string_view message) override;
  websocket::Next on_binary_chunk(std::string_view piece, bool first, bool last) override;
  websocket::Next on_ping(std::string_view payload) override;
  websocket::Next on_pong(std::string_view payload) override;
  void on_close(std::uint16_t code, std::string_view reason) override;

  websocket::Next send_back(websocket::Opcode opcode, std::string_view message);
  void close(std::uint16_t code, std::string_view reason);

  EchoEnvironment& environment_;
  net::ConnectionPtr connection_;
  websocket::Compression compression_;
  websocket::Reader reader_;
};

}  // namespace chat::session
