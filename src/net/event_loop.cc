#include "net/event_loop.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/clock.h"

namespace chat::net {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

// How many are run at least before the loop looks for events again: a quarter of a millisecond.
constexpr std::size_t kSlice = 64;

// A round of slices that took this long is followed by a rest of a part of it.
constexpr microseconds kLongRound{1000};
constexpr microseconds kLongestRest{5000};
constexpr int kRestTenths = 3;

void fetch(const TurnEnd* next) {
  __builtin_prefetch(next);
  __builtin_prefetch(reinterpret_cast<const char*>(next) + 64);
}

timeval to_timeval(std::chrono::milliseconds time) {
  return {.tv_sec = time.count() / 1000, .tv_usec = (time.count() % 1000) * 1000};
}

event_base* make_base() {
  event_config* config = event_config_new();
  if (config == nullptr) throw std::bad_alloc();
  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
  event_config_require_features(config, EV_FEATURE_ET);
  event_base* base = event_base_new_with_config(config);
  event_config_free(config);
  if (base == nullptr) throw std::runtime_error("cannot create an event base with epoll");
  return base;
}

}  // namespace

TurnEnd::~TurnEnd() {
  if (place_ == kNowhere) return;
  auto& pending = loop_.turn_end_;
  const bool in_next = place_ < pending.size() && pending[place_] == this;
  (in_next ? pending : loop_.turn_end_now_)[place_] = nullptr;
}

void TurnEnd::request_turn_end() {
  if (place_ != kNowhere) return;
  place_ = static_cast<std::uint32_t>(loop_.turn_end_.size());
  loop_.turn_end_.push_back(this);
}

struct Timer::State : std::enable_shared_from_this<Timer::State> {
  explicit State(std::function<void()> what) : run(std::move(what)) {}

  event timer;
  std::function<void()> run;
};

Timer::Timer(std::shared_ptr<State> state) : state_(std::move(state)) {}
Timer::Timer(Timer&&) noexcept = default;

Timer& Timer::operator=(Timer&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Timer::~Timer() {
  if (state_ != nullptr) event_del(&state_->timer);
}

void EventLoop::FreeBase::operator()(event_base* base) const { event_base_free(base); }
void EventLoop::FreeEvent::operator()(event* event) const { event_free(event); }

EventLoop::EventLoop()
    : base_(make_base()),
      wheel_(kTick, monotonic_ms()),
      wakeup_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      rest_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      read_buffer_(new char[kReadBufferSize]),
      write_scratch_(new char[kWriteScratchSize]) {
  std::signal(SIGPIPE, SIG_IGN);
  if (!wakeup_) throw std::system_error(errno, std::generic_category(), "eventfd");
  if (!rest_) throw std::system_error(errno, std::generic_category(), "timerfd_create");
  wakeup_event_ = watch(wakeup_.get(), [](evutil_socket_t, short, void* loop) {
    static_cast<EventLoop*>(loop)->run_posted();
  });
  rest_event_ = watch(rest_.get(), [](evutil_socket_t, short, void* self) {
    auto& loop = *static_cast<EventLoop*>(self);
    std::uint64_t count = 0;
    loop.resting_ = ::read(loop.rest_.get(), &count, sizeof(count)) < 0;
  });
  wheel_timer_ = every(kTick, [this] { wheel_.advance(monotonic_ms()); });
}

EventLoop::~EventLoop() {
  // Destroying a task may release connections, which are freed at the turn's end.
  while (!posted_.empty() || has_turn_end()) {
    std::exchange(posted_, {}).clear();
    finish_turn_end();
  }
}

EventLoop::EventPtr EventLoop::watch(int fd, void (*on_readable)(int, short, void*)) {
  EventPtr event(event_new(base_.get(), fd, EV_READ | EV_PERSIST, on_readable, this));
  if (event == nullptr) throw std::bad_alloc();
  event_add(event.get(), nullptr);
  return event;
}

void EventLoop::run() {
  while (!stopping_) turn();
  finish_turn_end();
  stopping_ = false;
}

void EventLoop::run_once(std::chrono::milliseconds longest_wait) {
  const Timer limit = after(longest_wait, [] {});
  turn();
}

void EventLoop::turn() {
  const bool waits = resting_ || !has_turn_end();
  const auto began = steady_clock::now();
  event_base_loop(base_.get(), EVLOOP_ONCE | (waits ? 0 : EVLOOP_NONBLOCK));
  handshakes_.begin_turn();
  // Handshakes that wait are reported by every look for events: no more looks than needed then.
  const bool hurried = handshakes_.waiting() > 0;
  if (resting_ && !hurried) return;
  const nanoseconds handling = waits ? nanoseconds::zero() : steady_clock::now() - began;
  run_turn_end(hurried ? nanoseconds::max() : handling);
}

void EventLoop::post(std::function<void()> task) {
  bool first = false;
  {
    const std::lock_guard lock(posted_mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(task));
  }
  if (first) eventfd_write(wakeup_.get(), 1);
}

void EventLoop::run_posted() {
  eventfd_t count = 0;
  eventfd_read(wakeup_.get(), &count);
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard lock(posted_mutex_);
    tasks.swap(posted_);
  }
  for (const auto& task : tasks) task();
}

bool EventLoop::has_turn_end() const { return !turn_end_.empty() || !turn_end_now_.empty(); }

void EventLoop::run_turn_end(nanoseconds share) {
  resting_ = false;
  if (turn_end_now_.empty()) begin_round();
  const auto began = steady_clock::now();
  do {
    run_slice();
  } while (turn_end_done_ < turn_end_now_.size() && steady_clock::now() - began < share);
  if (turn_end_done_ == turn_end_now_.size()) end_round();
}

void EventLoop::finish_turn_end() {
  for (int rounds = turn_end_now_.empty() ? 1 : 2; rounds > 0; --rounds)
    run_turn_end(nanoseconds::max());
}

void EventLoop::run_slice() {
  const std::size_t stop = std::min(turn_end_done_ + kSlice, turn_end_now_.size());
  while (turn_end_done_ < stop) {
    TurnEnd* const next = turn_end_now_[turn_end_done_++];
    // The one after it is fetched from memory while this one makes its system call.
    if (turn_end_done_ < turn_end_now_.size()) fetch(turn_end_now_[turn_end_done_]);
    if (next == nullptr) continue;
    next->place_ = TurnEnd::kNowhere;
    next->on_turn_end();
  }
}

void EventLoop::begin_round() {
  turn_end_now_.swap(turn_end_);
  if (turn_end_now_.size() > kSlice) round_began_ = steady_clock::now();
}

void EventLoop::end_round() {
  handshakes_.begin_round();
  if (turn_end_now_.size() > kSlice) rest(steady_clock::now() - round_began_);
  turn_end_now_.clear();
  turn_end_done_ = 0;
}

void EventLoop::rest(nanoseconds round) {
  if (round < kLongRound) return;
  const nanoseconds time = std::min<nanoseconds>(round * kRestTenths / 10, kLongestRest);
  const itimerspec once{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_nsec = time.count()}};
  resting_ = timerfd_settime(rest_.get(), 0, &once, nullptr) == 0;
}

Timer EventLoop::after(std::chrono::milliseconds delay, std::function<void()> run) {
  return make_timer(delay, false, std::move(run));
}

Timer EventLoop::every(std::chrono::milliseconds period, std::function<void()> run) {
  return make_timer(period, true, std::move(run));
}

Timer EventLoop::make_timer(std::chrono::milliseconds delay, bool repeats,
                            std::function<void()> run) {
  auto state = std::make_shared<Timer::State>(std::move(run));
  const auto fire = [](evutil_socket_t, short, void* argument) {
    // Keeps the function alive while it runs, in case it destroys its own Timer.
    const auto running = static_cast<Timer::State*>(argument)->shared_from_this();
    running->run();
  };
  event_assign(&state->timer, base_.get(), -1, repeats ? EV_PERSIST : 0, fire, state.get());
  const timeval time = to_timeval(delay);
  event_add(&state->timer, &time);
  return Timer(std::move(state));
}

}  // namespace chat::net
