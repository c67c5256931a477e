// One connection to a Redis, or to a Sentinel, that waits for every answer. Blocks: for the master
// only.
#pragma once

#include <hiredis/hiredis.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/redis_address.h"

namespace chat::process {

struct FreeReply {
  void operator()(redisReply* reply) const { ::freeReplyObject(reply); }
};
using RedisReplyPtr = std::unique_ptr<redisReply, FreeReply>;

class RedisLink {
 public:
  // Connects, `timeout` at most, which holds for every answer too. `address` is a host or a Unix
  // socket; nobody is logged in.
  RedisLink(const config::RedisAddress& address, std::chrono::milliseconds timeout);

  // False when nobody answered.
  explicit operator bool() const { return context_ != nullptr; }

  // Why nobody answered: "Connection refused", "Name or service not known".
  const std::string& problem() const { return problem_; }

  // Sends one command; nullptr when the connection went. An error of Redis is an answer.
  RedisReplyPtr ask(const std::vector<std::string>& words);

 private:
  struct FreeContext {
    void operator()(redisContext* context) const { ::redisFree(context); }
  };
  std::unique_ptr<redisContext, FreeContext> context_;
  std::string problem_;
};

// The text of a reply that has one, errors included; empty for others.
std::string_view text_of(const redisReply& reply);

}  // namespace chat::process
