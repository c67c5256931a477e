// Waits until a replica has what a connection wrote: one WAIT for all who ask meanwhile.
//
// Owned by Redis, which uses it for connections whose scripts must not be lost with the primary.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "coro/completion.h"
#include "coro/task.h"
#include "store/redis_connection.h"

struct event;
struct event_base;

namespace chat::store {

class Confirmation {
 public:
  // `connection` is closed before this object is destroyed. `timeout`: for each WAIT.
  Confirmation(event_base* base, RedisConnection& connection, std::chrono::milliseconds timeout);
  ~Confirmation();
  Confirmation(const Confirmation&) = delete;
  Confirmation& operator=(const Confirmation&) = delete;

  // To be awaited as soon as the answer of a script is there: ends when a replica has its writes.
  // Throws Rejected(storage_unavailable) when none has confirmed them in time, or the connection
  // went.
  coro::Task<void> confirm();

 private:
  struct Asker {
    std::uint64_t generation = 0;        // of the connection that wrote
    coro::Completion<std::string> done;  // why it is not confirmed, or empty
  };
  struct FreeEvent {
    void operator()(event* ev) const;
  };

  // What outlives this object while a WAIT is under way.
  struct State {
    std::vector<Asker*> askers;
    bool asking = false;
    bool closed = false;
    bool failing = false;  // told in the log
  };

  static void on_turn(int, short, void* self);
  coro::Task<void> ask_for_all(std::shared_ptr<State> state);
  static std::string problem_in(const RedisConnection::Answer& answer);
  static void finish(const std::vector<Asker*>& askers, const std::string& problem);

  RedisConnection& connection_;
  std::string timeout_ms_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::unique_ptr<event, FreeEvent> turn_;  // gathers those whose answers came in one read
};

}  // namespace chat::store
