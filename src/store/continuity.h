// Whether Redis went on where it was left, or lost something while nobody was there to notice.
//
// Redis shows that it did in one of two ways. `conversation:run` is the run id of the Redis server
// that workers have used: a Redis that still has that run id was not started since. The last worker
// that leaves puts a seal in its place, a random word that is kept in `conversation:seal` and in a
// file of the data folder, and is good for one start: an older copy of Redis has another one, or
// none. Without either, numbering goes on in a new era.
//
// Owned by the worker.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "coro/task.h"
#include "store/redis.h"

namespace chat::store {

class Continuity {
 public:
  // `folder` is the data folder of the server, `worker` the id of this worker.
  Continuity(Redis& redis, std::string worker, const std::string& folder)
      : redis_(redis), worker_(std::move(worker)), file_(folder + "/seal") {}

  // Takes up the numbering for this worker, which has a lease from then on. Begins a new era when
  // Redis cannot show that it lost nothing; with `patient` not as long as others hold a lease, who
  // may be about to say so: false then, to be called again. Throws Rejected.
  coro::Task<bool> take_up(std::chrono::milliseconds lease, bool patient);

  // Redis is away; until confirm() or begin_era() this worker leaves no seal.
  void doubt() { certain_ = false; }

  // Redis is back and was looked at: it lost nothing. Throws Rejected.
  coro::Task<void> confirm();

  // Numbering goes on under a new epoch, unless it has just begun to: all workers find out at once.
  // Throws Rejected.
  coro::Task<void> begin_era();

  // This worker has left. Leaves the seal when no worker is left now. Throws Rejected.
  coro::Task<void> leave();

 private:
  Redis& redis_;
  std::string worker_;
  std::string file_;
  bool certain_ = false;
};

}  // namespace chat::store
