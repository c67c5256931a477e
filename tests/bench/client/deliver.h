// Messages at a given rate, or as many as there may be under way, and how long each took to
// everybody it was for.
#pragma once

#include <string>

#include "bench/client/plan.h"

namespace bench {

// Prints `ready`, and once told to go on `begin` and `end` around the seconds that count. Returns
// the figures of those.
std::string run_deliver(const Plan& plan);

}  // namespace bench
