// Honest guests: they connect, log in by the session they have, and leave again.
#pragma once

#include <string>

#include "load/siege/plan.h"

namespace siege {

// First registers plan.accounts users; then plan.rate logins a second. Returns the figures.
std::string run_visits(const Plan& plan);

}  // namespace siege
