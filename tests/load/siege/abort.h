// Connections that are broken off by a reset as soon as they have got somewhere.
#pragma once

#include <string>

#include "load/siege/plan.h"

namespace siege {

// Makes plan.count of them, plan.parallel at once. Returns the figures.
std::string run_abort(const Plan& plan);

}  // namespace siege
