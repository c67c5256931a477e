// Sockets that are held open and move as little as they can: silent ones, ClientHellos in drops,
// handshakes left half way, request heads, bodies and messages a byte a second.
#pragma once

#include <string>

#include "load/siege/plan.h"

namespace siege {

// Keeps plan.sockets of them open, a new one for each that the server ends. Returns the figures.
std::string run_slow(const Plan& plan);

}  // namespace siege
