// Login sessions of people who are connected count as used.
//
// Owned by the worker. All of its connections' sessions are told to the store together, at least
// ten times in the time after which an unused one is over. A connection whose session is over all
// the same, as after an outage that was longer, ends.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "features/services.h"

namespace chat::features {

class SessionKeeper {
 public:
  explicit SessionKeeper(Services& services);

 private:
  void turn();
  coro::Task<void> keep_all(std::vector<std::string> ids);
  void end_all(const std::vector<std::string>& over);

  Services& services_;
  std::uint64_t kept_ms_;  // when that was last begun that was done
  bool keeping_ = false;
  net::Timer timer_;
};

}  // namespace chat::features
