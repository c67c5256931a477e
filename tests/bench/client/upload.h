// One client of the legacy wire that uploads file after file.
#pragma once

#include <string>

#include "bench/client/plan.h"

namespace bench {

// Prints `ready`, and once told to go on `begin` and `end` around the uploads. Returns the figures.
std::string run_upload(const Plan& plan);

}  // namespace bench
