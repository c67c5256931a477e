// One connection to Redis whose commands are awaited: `Reply r = co_await redis.command("GET",
// key);`.
//
// Owned by the worker; used on its event loop only. Commands issued in one turn of the loop leave
// in one write. The connection is made anew when it is lost, after at most a second each time;
// whatever was under way then fails with Rejected(storage_unavailable): it may or may not have been
// done.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/redis_address.h"
#include "coro/task.h"
#include "store/reply.h"
#include "store/script.h"

struct event_base;

namespace chat::store {

class Confirmation;
class RedisConnection;

class Redis {
 public:
  struct Options {
    // `managed` needs `path` filled in; `sentinel` waits for set_address().
    config::RedisAddress address;
    std::chrono::milliseconds timeout{3000};  // silence after which a connection counts as lost
    std::size_t max_pending = 20'000;         // commands awaiting an answer
    // Uses only a Redis that has written to disk before it answers.
    bool require_fsync = false;
    // What run() did is on a replica when it ends; else it throws, and Redis has it all the same.
    bool confirm_by_replica = false;
  };

  enum class State {
    up,
    down,
    refused,  // down until somebody changes the configuration, here or there
  };

  // Told of every change; `problem` is one line for the log, empty when the connection is up.
  using OnState = std::function<void(State state, const std::string& problem)>;

  // Starts to connect; `base` must outlive this object.
  Redis(event_base* base, const Options& options, OnState on_state = {});

  // Fails what is under way: those coroutines run, and must not use this object any more.
  ~Redis();

  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;

  // Fails what is under way, as the destructor does, and refuses whatever comes from now on.
  void close();

  bool connected() const;

  // Ends when the connection is up, at once if it is. Throws Rejected(storage_unavailable) when
  // this object is closed or destroyed first.
  coro::Task<void> ready();

  // Changes where Redis is (a failover): drops the connection and connects to the new address.
  void set_address(config::RedisAddress address);

  // One command. Throws Rejected: `storage_unavailable` without a connection or when Redis answers
  // with an error, `busy` when max_pending commands wait already.
  coro::Task<Reply> command(std::vector<std::string> words);

  template <class... Words>
  coro::Task<Reply> command(std::string_view name, const Words&... words) {
    std::vector<std::string> all;
    all.reserve(1 + sizeof...(words));
    all.emplace_back(name);
    (all.push_back(word_of(words)), ...);
    return command(std::move(all));
  }

  // Runs a script, loading it first where Redis does not know it. Throws as command() does, the
  // refusal that the script returns, and `storage_unavailable` when it is to be confirmed and is
  // not.
  coro::Task<Reply> run(const Script& script, std::vector<std::string> arguments);

  template <class... Arguments>
  coro::Task<Reply> run(const Script& script, const Arguments&... arguments) {
    std::vector<std::string> all;
    all.reserve(sizeof...(arguments));
    (all.push_back(word_of(arguments)), ...);
    return run(script, std::move(all));
  }

 private:
  template <class Word>
  static std::string word_of(const Word& word) {
    if constexpr (std::is_arithmetic_v<Word>)
      return std::to_string(word);
    else
      return std::string(std::string_view(word));
  }

  std::unique_ptr<Confirmation> confirmation_;  // outlives the connection, which it uses
  std::unique_ptr<RedisConnection> connection_;
};

}  // namespace chat::store
