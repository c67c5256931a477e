// What a worker does when Redis, or the bus, lost something that its clients may have missed: it
// sends them away to come back and read from the store.
//
// Owned by the chat service.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "coro/task.h"
#include "features/services.h"
#include "store/continuity.h"
#include "store/newest.h"

namespace chat::process {

class CatchUp {
 public:
  CatchUp(features::Services& services, store::Newest& newest, store::Continuity& continuity)
      : services_(services), newest_(newest), continuity_(continuity) {}

  // The connection to Redis was lost.
  void note_outage();
  bool had_outage() const { return outages_ != 0; }

  // Redis is there again: has clients catch up if it lost its newest data. Lost may be what no bus
  // had brought yet, when Redis is another one or was restored.
  coro::Task<void> check();

  // Entries of the bus were lost to this worker; with `went_back` also data of Redis, and numbers
  // begin anew before anybody comes back.
  coro::Task<void> run(bool went_back);

 private:
  coro::Task<bool> is_held();
  coro::Task<void> renumber();
  void send_away(std::string_view why);

  features::Services& services_;
  store::Newest& newest_;
  store::Continuity& continuity_;
  std::uint64_t outages_ = 0;
  std::uint64_t bus_told_ = 0;  // the last one after which the bus found that something was lost
  std::optional<std::uint64_t> check_told_ms_;  // when check() found that last
};

}  // namespace chat::process
