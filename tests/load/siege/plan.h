// What the siege program is asked to do.
#pragma once

#include <cstddef>
#include <string>

#include "load/options.h"

namespace siege {

struct Plan {
  std::string what;  // slow, abort or visits
  load::Endpoint server;
  bool tls = false;
  load::Wire wire = load::Wire::msgpack;
  std::string stage = "tcp";  // abort: how far connections get
  bool resume = false;        // abort: TLS sessions are resumed, all but the first
  std::size_t sockets = 100;  // slow: held at once
  std::size_t count = 1000;   // abort: connections in all
  std::size_t parallel = 64;  // abort: at once
  std::size_t sources = 1;    // addresses to come from, 127.0.1.1 and up, guests 127.1.1.1; 0: any
  std::size_t accounts = 20;  // visits: users who come and go
  std::string sessions;       // visits: file of accounts that exist already
  bool passwords = false;     // visits: by password, not by session
  std::size_t most = 1000;    // visits: under way at once
  double rate = 30;           // visits: logins a second
  double seconds = 10;
};

// Prints a line and exits with 2 when the words make no sense.
Plan parse_plan(int argc, char** argv);

// The server, to be reached from the address whose turn it is.
load::Endpoint from_source(const Plan& plan, std::size_t number);

}  // namespace siege
