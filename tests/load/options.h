// What the load client is asked to do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace load {

// How a client speaks: chatd's two wires, and those of other servers, for the bench. `raw`:
// whatever a client sends goes to everybody; `socketio`: the same as an event `m` of socket.io.
enum class Wire { legacy, msgpack, raw, socketio };

struct Endpoint {
  std::string host;  // numeric
  std::uint16_t port = 0;
  std::string from = {};  // numeric address to come from; empty: any
};

struct Options {
  std::vector<Endpoint> servers;  // clients are dealt out to them in turn
  bool tls = false;
  Wire wire = Wire::msgpack;
  std::size_t clients = 100;
  std::size_t senders = 20;  // the first so many clients send, in turn
  std::size_t stalled = 0;   // so many of the others read nothing any more once logged in
  std::size_t messages = 1000;
  std::size_t text_size = 64;  // bytes of each message's text, at least kMinTextSize
  double rate = 0;             // messages a second, all senders together; 0: as the window allows
  std::size_t window = 64;     // messages under way: sent, and not yet with every client
  std::size_t logins = 64;     // logins under way at once
  double patience = 30;        // seconds without any progress before giving up
  std::string sessions;        // file of sessions to log in by, written after a registration
};

// Prints a line and exits with 2 when the words make no sense.
Options parse_options(int argc, char** argv);

}  // namespace load
