// Asks a Redis whether it can be used, before anything depends on it. Blocks: for the master only.
#pragma once

#include <chrono>

#include "config/redis_address.h"

namespace chat::process {

enum class RedisState {
  ready,
  loading,      // it reads its data and will be ready
  unreachable,  // nobody answers
};

// Connects, authenticates, selects the database and pings, `timeout` at most for each step. Throws
// StartError (ExitCode::redis) when Redis answers but refuses: wrong password, no such database.
// With `require_fsync` also when it answers before it has written to disk.
RedisState probe_redis(const config::RedisAddress& address, std::chrono::milliseconds timeout,
                       bool require_fsync = false);

// As above for a Redis that must be there, or for the one that its Sentinels name: waits through
// loading, `timeout` at most in all, and throws StartError with a line that says what to do.
// Returns where that Redis is.
config::RedisAddress require_redis(const config::RedisAddress& address,
                                   std::chrono::milliseconds timeout, bool require_fsync = false);

// Whether a replica is connected to the Redis at `address`. Throws StartError when it does not say.
bool has_replica(const config::RedisAddress& address, std::chrono::milliseconds timeout);

}  // namespace chat::process
