// Redis Sentinel: asks all Sentinels twice a second where the primary is, and follows it.
//
// Owned by the worker. The Sentinels' answers may differ for a while after a failover or a cut
// network: the one of the latest failover counts whose server says itself that it is a primary. A
// Sentinel that missed a failover that another told of before is believed only with a majority.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/redis_address.h"
#include "store/redis.h"
#include "store/sentinel_query.h"

struct event;
struct event_base;

namespace chat::store {

class Sentinels {
 public:
  // The primary is another one, or is known now.
  using OnPrimary = std::function<void(const config::RedisHost& primary)>;
  // No Sentinel can say (one line for the log), or empty: one can again.
  using OnProblem = std::function<void(const std::string& problem)>;

  // Asks from now on. `address` is of the kind `sentinel`.
  Sentinels(event_base* base, config::RedisAddress address, OnPrimary on_primary,
            OnProblem on_problem);

 private:
  struct Candidate {
    config::RedisHost host;
    std::uint64_t epoch = 0;  // the latest that a Sentinel tells
    std::size_t voices = 0;   // so many Sentinels name it
  };
  struct FreeEvent {
    void operator()(event* ev) const;
  };

  static void on_timer(int, short, void* self);
  void wake_after(std::chrono::milliseconds delay);
  void begin_round();
  void take(const config::RedisHost& sentinel, const SentinelQuery::Answer& answer);
  void weigh();
  void check_next();
  void end_check();
  void end_round(bool found);
  void complain(const config::RedisHost& about, const std::string& problem);

  event_base* base_;
  config::RedisAddress address_;
  OnPrimary on_primary_;
  OnProblem on_problem_;
  std::vector<std::unique_ptr<SentinelQuery>> queries_;  // of the round under way
  std::size_t waiting_ = 0;                              // for so many answers
  std::vector<Candidate> candidates_;                    // the likeliest first, once all answered
  std::unique_ptr<Redis> check_;                         // connects to the first candidate
  std::optional<std::string> outcome_;                   // of check_: a problem, or empty
  std::string complaints_;
  config::RedisHost primary_;  // as told; no host: never
  std::uint64_t epoch_ = 0;    // of the failover that made it the primary
  bool failing_ = false;
  std::unique_ptr<event, FreeEvent> timer_;
};

}  // namespace chat::store
