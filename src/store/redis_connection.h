// The connection behind Redis: made, introduced, watched and made again.
//
// Owned by Redis. One hiredis context at a time; hiredis frees it, and says so through `on_gone`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "coro/completion.h"
#include "coro/task.h"
#include "store/name_lookup.h"
#include "store/redis.h"

struct event;
struct event_base;
struct redisAsyncContext;

namespace chat::store {

class RedisConnection {
 public:
  struct Answer {
    Reply reply;
    std::string error;  // what Redis complained about, or why there is no answer; else empty
    bool lost = false;  // no answer: the connection went
  };
  using Waiter = coro::Completion<Answer>;

  // Told of what Redis says unasked: "subscribe" whenever the subscription begins, "message" for
  // each message. The texts are the caller's while it runs.
  using OnPush = std::function<void(std::string_view kind, std::string_view payload)>;

  RedisConnection(event_base* base, Redis::Options options, Redis::OnState on_state);
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  // Fails what is under way and connects no more.
  void close();

  bool up() const { return up_; }

  // Counts the connections that came up.
  std::uint64_t generation() const { return generation_; }
  coro::Task<void> ready();
  void set_address(config::RedisAddress address);

  // Makes the connection anew, to the same address.
  void renew();

  // Listens to `channel` whenever it is up, from the next time on, and does nothing else.
  void subscribe(std::string channel, OnPush on_push);

  // Sends a command and yields Redis' answer to it. Throws Rejected (storage_unavailable, busy)
  // when it cannot be sent; a connection lost later is an error in the answer.
  coro::Task<Answer> ask(std::vector<std::string> words);

 private:
  struct FreeEvent {
    void operator()(event* ev) const;
  };
  using Timer = std::unique_ptr<event, FreeEvent>;

  static void on_reply(redisAsyncContext* context, void* reply, void* waiter);
  static void on_published(redisAsyncContext* context, void* reply, void* unused);
  static void on_retry(int, short, void* self);
  static void on_watch(int, short, void* self);

  void connect();
  void begin(redisAsyncContext* context);
  coro::Task<void> introduce();
  // False when hiredis has given the context up already.
  bool send(const std::vector<std::string>& words, Waiter& waiter);
  void come_up();
  void listen();
  void complain(const std::string& error);
  void drop(std::string problem);
  void on_gone();
  void watch();
  void reconnect_later();
  void end_waits(bool came_up);

  event_base* base_;
  Redis::Options options_;
  Redis::OnState on_state_;
  std::string channel_;
  OnPush on_push_;
  redisAsyncContext* context_ = nullptr;
  bool up_ = false;
  std::uint64_t generation_ = 0;
  bool closing_ = false;
  std::size_t pending_ = 0;
  std::uint64_t progress_ms_ = 0;    // when the last answer came, or the first command was sent
  std::string problem_;              // why the connection is down
  bool refused_ = false;             // it is down for an operator to see to
  std::string reported_;             // the last problem told, so that one outage is told once
  std::uint64_t complained_ms_ = 0;  // when an error of Redis was last told
  std::vector<coro::Completion<bool>*> ready_;
  unsigned failures_ = 0;  // in a row
  std::minstd_rand random_;
  NameLookup lookup_;
  Timer retry_;
  Timer watchdog_;
};

}  // namespace chat::store
