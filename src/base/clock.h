// The two clocks of the server: wall time for people, monotonic time for deadlines.
#pragma once

#include <cstdint>

namespace chat {

// Seconds since 1970 with microsecond digits: the `timestamp` of every message to a client.
double unix_now();

// Milliseconds that never go back; the origin is arbitrary.
std::uint64_t monotonic_ms();

}  // namespace chat
