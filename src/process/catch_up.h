// What a worker does when Redis, or the bus, lost something that its clients may have missed: it
// sends them away to come back and read from the store.
//
// Owned by the chat service.
#pragma once

#include <cstdint>

#include "coro/task.h"
#include "features/services.h"
#include "store/newest.h"

namespace chat::process {

class CatchUp {
 public:
  CatchUp(features::Services& services, store::Newest& newest)
      : services_(services), newest_(newest) {}

  // The connection to Redis was lost.
  void note_outage() { ++outages_; }
  bool had_outage() const { return outages_ != 0; }

  // Redis is there again: has clients catch up if it lost its newest data. Lost may be what no bus
  // had brought yet, when Redis is another one or was restored.
  coro::Task<void> check();

  // Entries of the bus were lost to this worker; with `went_back` also data of Redis, and numbers
  // begin anew before anybody comes back.
  coro::Task<void> run(bool went_back);

 private:
  coro::Task<void> renumber();

  features::Services& services_;
  store::Newest& newest_;
  std::uint64_t outages_ = 0;
  std::uint64_t told_outage_ = 0;  // the last one after which something was lost
};

}  // namespace chat::process
