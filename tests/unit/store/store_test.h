// What the tests of this room stand on: a Redis, a loop, and a way to wait for a coroutine.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/rejected.h"
#include "coro/spawn.h"
#include "coro/task.h"
#include "net/event_loop.h"
#include "store/redis.h"
#include "store/redis_server.h"

namespace chat::store {

class StoreTest : public ::testing::Test {
 protected:
  static constexpr std::chrono::seconds kPatience{15};
  static constexpr std::size_t kBusLength = 10'000;

  // One server for all tests of a suite, emptied before each.
  static void SetUpTestSuite() { server_ = new RedisServer(); }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  void SetUp() override {
    await(redis_.ready());
    command("FLUSHALL");
  }

  // Turns the loop until `done` holds.
  void wait_until(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("waited in vain");
      loop_.run_once(std::chrono::milliseconds(20));
    }
  }

  // The outcome of a task, or what it throws.
  template <class T>
  T await(coro::Task<T> task) {
    Outcome<T> outcome;
    coro::spawn(store_outcome(std::move(task), outcome));
    wait_until([&] { return outcome.ended; });
    if (outcome.failure) std::rethrow_exception(outcome.failure);
    return std::move(*outcome.value);
  }
  void await(coro::Task<void> task) { await(as_bool(std::move(task))); }

  // Starts all of them, then waits for all.
  template <class T>
  std::vector<T> await_all(std::vector<coro::Task<T>> tasks) {
    std::vector<Outcome<T>> outcomes(tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i)
      coro::spawn(store_outcome(std::move(tasks[i]), outcomes[i]));
    for (Outcome<T>& outcome : outcomes) wait_until([&] { return outcome.ended; });
    std::vector<T> values;
    for (Outcome<T>& outcome : outcomes) {
      if (outcome.failure) std::rethrow_exception(outcome.failure);
      values.push_back(std::move(*outcome.value));
    }
    return values;
  }

  // With which refusal a task ends; nothing when it succeeds.
  template <class T>
  std::optional<Refusal> refusal_of(coro::Task<T> task) {
    try {
      await(std::move(task));
      return std::nullopt;
    } catch (const Rejected& rejected) {
      return rejected.refusal();
    }
  }

  template <class... Words>
  Reply command(const Words&... words) {
    return await(redis_.command(words...));
  }

  void add_user(const std::string& id, const std::string& name, bool active = true) {
    command("HSET", "user_id:" + id, "user_id", id, "username", name, "avatar", "/a/" + id,
            "role_id", 0, "is_active", active);
    command("SET", "username:" + name, id);
  }

  // What a session of the PHP original left in Redis. Expiry times are left out: they are relative.
  void load_legacy_data() {
    Redis::Options options = server_->options();
    options.address.database = 0;
    Redis sessions(loop_.base(), options);
    await(sessions.ready());
    std::ifstream lines("tests/fixtures/legacy-redis.jsonl");
    for (std::string line; std::getline(lines, line);) {
      auto words = nlohmann::json::parse(line).get<std::vector<std::string>>();
      Redis& redis = words.front() == "0" ? sessions : redis_;
      words.erase(words.begin());
      await(redis.command(std::move(words)));
    }
    ASSERT_FALSE(command("GET", "username:aliceys6i").is_nil()) << "run from the project's root";
  }

  // The entries of a stream of the bus, each as "field=value …".
  std::vector<std::string> bus(const std::string& stream) {
    std::vector<std::string> lines;
    for (const Reply& entry : command("XRANGE", stream, "-", "+").items) {
      std::string line;
      const std::vector<std::string> fields = entry.at(1).texts();
      for (std::size_t i = 0; i + 1 < fields.size(); i += 2)
        line += (i == 0 ? "" : " ") + fields[i] + '=' + fields[i + 1];
      lines.push_back(line);
    }
    return lines;
  }

  static inline RedisServer* server_ = nullptr;
  net::EventLoop loop_;
  Redis redis_{loop_.base(), server_->options()};

 private:
  template <class T>
  struct Outcome {
    bool ended = false;
    std::optional<T> value;
    std::exception_ptr failure;
  };

  template <class T>
  static coro::Task<void> store_outcome(coro::Task<T> task, Outcome<T>& outcome) {
    try {
      outcome.value.emplace(co_await task);
    } catch (...) {
      outcome.failure = std::current_exception();
    }
    outcome.ended = true;
  }
  static coro::Task<bool> as_bool(coro::Task<void> task) {
    co_await task;
    co_return true;
  }
};

}  // namespace chat::store
