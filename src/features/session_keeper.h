// Login sessions of people who are connected count as used.
//
// Owned by the worker. All of its connections' sessions are told to the store together, twenty
// times in the time after which an unused one is over.
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

  Services& services_;
  std::uint64_t kept_ms_;
  bool keeping_ = false;
  net::Timer timer_;
};

}  // namespace chat::features
