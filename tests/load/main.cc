// Many clients in the lobby of a running server: each must see each message once, in one order.
//
//   load --server 127.0.0.1:8080 --tls --clients 2000 --messages 10000
//
// Prints the figures as one JSON object; exits with 0 when nothing was lost, doubled or reordered.
#include <cstdio>
#include <exception>

#include "load/herd.h"
#include "load/options.h"

int main(int argc, char** argv) {
  const load::Options options = load::parse_options(argc, argv);
  try {
    load::Herd herd(options);
    herd.log_in();
    const double seconds = herd.run();
    std::puts(herd.tally().json(seconds).c_str());
    return herd.tally().flawless() ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load: %s\n", error.what());
    return 1;
  }
}
