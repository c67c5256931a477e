// The event loop of a worker: sockets through libevent, tasks posted by other threads, timers, and
// work put off to the end of the turn.
//
// One per process, made after fork, owned by the worker, outlives everything that uses it. All of
// it belongs to the thread that calls run(), except post(). A turn is: wait for events, handle
// them, then run what registered for the turn's end. The process ignores SIGPIPE from here on.
//
// A message to thousands makes a turn's end that takes many milliseconds. It runs in slices then,
// a round of several turns, so that reading goes on in between; each slice lasts at least as long
// as what came before it took to handle. What is sent meanwhile to connections that are still ahead
// leaves with what they have. After the round the loop rests from writing for a part of that time:
// the more there is to deliver, the more of it shares a system call.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/unique_fd.h"
#include "net/handshake_budget.h"
#include "net/timer_wheel.h"

struct event;
struct event_base;

namespace chat::net {

class EventLoop;

// Something that asks to be called at the end of the current turn, once per request. A connection
// with queued output is one: all that a turn sends to it leaves in one system call.
class TurnEnd {
 public:
  TurnEnd(const TurnEnd&) = delete;
  TurnEnd& operator=(const TurnEnd&) = delete;

 protected:
  explicit TurnEnd(EventLoop& loop) : loop_(loop) {}
  virtual ~TurnEnd();  // withdraws a pending request

  // Requests made while the turn's end is running are served at the end of a later turn, the next
  // unless this one has slices to go or a rest to take.
  void request_turn_end();
  EventLoop& loop() const { return loop_; }

 private:
  friend class EventLoop;
  virtual void on_turn_end() = 0;

  static constexpr std::uint32_t kNowhere = UINT32_MAX;

  EventLoop& loop_;
  std::uint32_t place_ = kNowhere;  // index in the loop's list
};

// A timer of the loop; destroying it, also from inside its own function, stops it.
class Timer {
 public:
  Timer() = default;
  Timer(Timer&&) noexcept;
  Timer& operator=(Timer&&) noexcept;
  ~Timer();

 private:
  friend class EventLoop;
  struct State;
  explicit Timer(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

class EventLoop {
 public:
  static constexpr std::chrono::milliseconds kTick{250};
  static constexpr std::size_t kReadBufferSize = 64 * 1024;
  static constexpr std::size_t kWriteScratchSize = 16 * 1024;

  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Turns until stop(); may be called again afterwards.
  void run();

  // One turn: waits at most `longest_wait` for the first event.
  void run_once(std::chrono::milliseconds longest_wait);

  // Ends run() after the current turn.
  void stop() { stopping_ = true; }

  // Runs `task` on the loop in a later turn. From any thread; tasks of one thread keep their order.
  // Tasks that never got their turn are destroyed with the loop.
  void post(std::function<void()> task);

  // Calls `run` once after `delay`, or every `period`, as long as the Timer lives.
  [[nodiscard]] Timer after(std::chrono::milliseconds delay, std::function<void()> run);
  [[nodiscard]] Timer every(std::chrono::milliseconds period, std::function<void()> run);

  // Deadlines of connections; advances by itself every kTick.
  TimerWheel& wheel() { return wheel_; }
  void arm(Deadline& deadline, std::chrono::milliseconds delay) { wheel_.arm(deadline, delay); }

  HandshakeBudget& handshakes() { return handshakes_; }

  // For libraries that bring their own libevent adapter.
  event_base* base() const { return base_.get(); }

  // Buffers lent to whichever connection is being read or written; valid until the callee returns.
  std::span<char> read_buffer() { return {read_buffer_.get(), kReadBufferSize}; }
  std::span<char> write_scratch() { return {write_scratch_.get(), kWriteScratchSize}; }

 private:
  friend class TurnEnd;
  struct FreeBase {
    void operator()(event_base* base) const;
  };

  Timer make_timer(std::chrono::milliseconds delay, bool repeats, std::function<void()> run);
  void run_posted();
  void turn();
  bool has_turn_end() const;
  void run_turn_end(std::chrono::nanoseconds share);
  void finish_turn_end();
  void run_slice();
  void begin_round();
  void end_round();
  void rest(std::chrono::nanoseconds round);

  std::unique_ptr<event_base, FreeBase> base_;
  TimerWheel wheel_;
  Timer wheel_timer_;
  HandshakeBudget handshakes_;
  bool stopping_ = false;

  std::vector<TurnEnd*> turn_end_;      // requested; null where withdrawn
  std::vector<TurnEnd*> turn_end_now_;  // being run
  std::size_t turn_end_done_ = 0;       // of those being run
  std::chrono::steady_clock::time_point round_began_;
  bool resting_ = false;

  struct FreeEvent {
    void operator()(event* event) const;
  };
  using EventPtr = std::unique_ptr<event, FreeEvent>;
  EventPtr watch(int fd, void (*on_readable)(int, short, void*));

  UniqueFd wakeup_;  // eventfd
  EventPtr wakeup_event_;
  UniqueFd rest_;  // timerfd: libevent's own timers are off by milliseconds
  EventPtr rest_event_;
  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;

  std::unique_ptr<char[]> read_buffer_;
  std::unique_ptr<char[]> write_scratch_;
};

}  // namespace chat::net
