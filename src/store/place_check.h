// Counts anew which conversations show which files, and how often: what decides who may see a file,
// and whether it is kept.
//
// For a process that does nothing else. A server may run meanwhile: what seems wrong is looked at
// once more, by a script of which nothing can come in between, before it is told or mended.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coro/task.h"
#include "store/redis.h"

namespace chat::store {

class PlaceCheck {
 public:
  // `left`: how long a file stays that nothing shows, as is found now.
  PlaceCheck(Redis& redis, std::chrono::seconds left) : redis_(redis), left_(left) {}

  // What does not fit, a line each; with `mend` it does afterwards. Throws Rejected.
  coro::Task<std::vector<std::string>> run(bool mend);

 private:
  // By file and place.
  using Counts = std::map<std::pair<std::string, std::string>, std::int64_t>;

  coro::Task<Counts> noted();
  coro::Task<Counts> shown();
  coro::Task<std::vector<std::string>> conversations();

  Redis& redis_;
  std::chrono::seconds left_;
};

}  // namespace chat::store
