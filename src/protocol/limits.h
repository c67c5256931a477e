// What a decoder accepts, whatever the bytes announce.
#pragma once

#include <cstddef>

namespace chat::protocol {

struct DecodeLimits {
  std::size_t max_depth = 16;      // arrays and maps inside each other, the outermost included
  std::size_t max_nodes = 10'000;  // values in one message, containers and leaves together
};

// For what a server wrote itself, stored messages and the bus: wider than any limit for clients, so
// that nothing a client may send becomes unreadable by the few fields that are added to it.
inline constexpr DecodeLimits kOwnDataLimits{.max_depth = 64, .max_nodes = 1'000'000};

}  // namespace chat::protocol
