// With whom each user has talked: `user_peers:user_id:ID`, the other users of its direct
// conversations by the time of the last message. The script that stores a message keeps it; the PHP
// original had none, so its conversations are added once by index_all().
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "coro/task.h"
#include "store/redis.h"

namespace chat::store {

class Peers {
 public:
  explicit Peers(Redis& redis) : redis_(redis) {}

  // The latest `count` of them, latest first.
  coro::Task<std::vector<std::string>> of(std::string user_id, std::size_t count);

  // Adds the peers of every direct conversation there is; does nothing when another worker began
  // just now. Takes Redis a little at a time.
  coro::Task<void> index_all();

 private:
  Redis& redis_;
};

}  // namespace chat::store
