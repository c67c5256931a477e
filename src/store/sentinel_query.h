// One question to one Sentinel: where is the primary?
//
// Owned by Sentinels. Destroying it gives the question up.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "config/redis_address.h"
#include "store/name_lookup.h"

struct event_base;
struct redisAsyncContext;

namespace chat::store {

class SentinelQuery {
 public:
  struct Answer {
    config::RedisHost primary;
    std::uint64_t epoch = 0;  // of the failover that made it the primary
    std::string problem;      // why there is no answer, or empty
  };

  // Called once, perhaps before the constructor returns; must not destroy this object.
  using OnAnswer = std::function<void(const Answer&)>;

  // `address` has the name and the password.
  SentinelQuery(event_base* base, const config::RedisHost& sentinel,
                const config::RedisAddress& address, OnAnswer on_answer);
  ~SentinelQuery();
  SentinelQuery(const SentinelQuery&) = delete;
  SentinelQuery& operator=(const SentinelQuery&) = delete;

 private:
  static void on_auth(redisAsyncContext* context, void* reply, void*);
  static void on_primary(redisAsyncContext* context, void* reply, void*);
  static void on_details(redisAsyncContext* context, void* reply, void*);

  void begin(redisAsyncContext* context, const config::RedisAddress& address);
  void finish(std::string problem);

  event_base* base_;
  OnAnswer on_answer_;
  redisAsyncContext* context_ = nullptr;
  Answer answer_;
  bool finished_ = false;
  NameLookup lookup_;
};

}  // namespace chat::store
