// What the bench's client is asked to do.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "load/options.h"

namespace bench {

struct Plan {
  std::string what;                     // hold, deliver or upload
  load::Options options;                // servers, tls, wire, clients, logins, sessions, patience
  std::size_t senders = 20;             // deliver: the first so many clients send, in turn
  std::string to = "everybody";         // deliver: or `partner`, each client's neighbour
  std::size_t text_size = 64;           // deliver: bytes of a message's text
  double rate = 50;                     // deliver: messages a second; 0: as the window allows
  std::size_t window = 64;              // deliver: with no rate, messages under way
  double warm_up = 1;                   // deliver: seconds before those that count
  double seconds = 3;                   // deliver, upload
  std::size_t file_size = 8 * 1048576;  // upload: bytes
  std::size_t sources = 8;              // loopback addresses to come from
};

// Prints a line and exits with 2 when the words make no sense.
Plan parse_plan(int argc, char** argv);

}  // namespace bench
