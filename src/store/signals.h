// Call signals on their way to this worker: published by the script that passes them, kept nowhere.
//
// Has a connection of its own, which listens. Owned by the worker.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "store/redis.h"

struct event_base;

namespace chat::store {

class RedisConnection;

class Signals {
 public:
  // Told of each signal as it was published; the text is the caller's while it runs.
  using OnSignal = std::function<void(std::string_view published)>;
  // The connection was lost and is there again: what was published meanwhile is lost.
  using OnMissed = std::function<void()>;

  Signals(event_base* base, const Redis::Options& options, const std::string& worker,
          OnSignal on_signal, OnMissed on_missed);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // As Redis::set_address().
  void set_address(config::RedisAddress address);

  // Listens by a new connection: the old one may be dead without anybody having said so.
  void renew();

 private:
  void on_push(std::string_view kind, std::string_view payload);

  OnSignal on_signal_;
  OnMissed on_missed_;
  bool listened_ = false;
  std::unique_ptr<RedisConnection> connection_;
};

}  // namespace chat::store
