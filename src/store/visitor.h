// Who uses an account, and from where: for limits, and for the list of a user's sessions.
#pragma once

#include <string>

#include "net/address.h"

namespace chat::store {

struct Visitor {
  net::IpAddress address;
  std::string agent;  // User-Agent; empty when it is not known any more
};

}  // namespace chat::store
