// Rates that hold across workers and nodes, counted in Redis.
#pragma once

#include <chrono>
#include <string>

#include "coro/task.h"
#include "store/redis.h"

namespace chat::store {

// A bucket of `burst` tokens that gets `per_minute` new ones a minute.
struct Rate {
  double burst = 10;
  double per_minute = 10;
};

class Limits {
 public:
  explicit Limits(Redis& redis) : redis_(redis) {}

  // Takes a token from the bucket of `who` for `what`. Zero: granted; else how long to wait for
  // one.
  coro::Task<std::chrono::milliseconds> take(std::string what, std::string who, Rate rate);

  // Before a password is looked at. Zero: try it; else how long that address must wait before it
  // may try this account, the name as it was given, again: after three tries 0.5 s, 1 s, 2 s … up
  // to a minute. A try counts from its beginning, so that many at once get no further than one
  // after the other. Other addresses are not held up: nobody can lock the owner out.
  coro::Task<std::chrono::milliseconds> begin_login(std::string account, std::string address);

  // How long to wait for a token, which is not taken.
  coro::Task<std::chrono::milliseconds> wait(std::string what, std::string who, Rate rate);

  // The password was right: the tries are forgotten.
  coro::Task<void> login_succeeded(std::string account, std::string address);

 private:
  Redis& redis_;
};

}  // namespace chat::store
