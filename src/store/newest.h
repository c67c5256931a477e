// The newest numbered change that this worker stored: what Redis lacks first when it lost
// something.
//
// Owned by the worker; every noun that stores entries of conversations notes them here.
#pragma once

#include <string>

#include "coro/task.h"
#include "store/redis.h"

namespace chat::store {

class Newest {
 public:
  explicit Newest(Redis& redis) : redis_(redis) {}

  // An entry was stored just now: the key of its conversation, its timestamp as Redis has it.
  void note(std::string key, std::string timestamp);

  // Whether Redis still has what was noted last, or knows that its group was dissolved since; true
  // when nothing was noted. As Redis loses the newest first, it has all before that too.
  coro::Task<bool> is_held();

 private:
  Redis& redis_;
  std::string key_;
  std::string timestamp_;
};

}  // namespace chat::store
