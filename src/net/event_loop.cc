#include "net/event_loop.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/clock.h"

namespace chat::net {
namespace {

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
      read_buffer_(new char[kReadBufferSize]),
      write_scratch_(new char[kWriteScratchSize]) {
  std::signal(SIGPIPE, SIG_IGN);
  if (!wakeup_) throw std::system_error(errno, std::generic_category(), "eventfd");
  const auto wake = [](evutil_socket_t, short, void* loop) {
    static_cast<EventLoop*>(loop)->run_posted();
  };
  wakeup_event_.reset(event_new(base_.get(), wakeup_.get(), EV_READ | EV_PERSIST, wake, this));
  if (wakeup_event_ == nullptr) throw std::bad_alloc();
  event_add(wakeup_event_.get(), nullptr);
  wheel_timer_ = every(kTick, [this] { wheel_.advance(monotonic_ms()); });
}

EventLoop::~EventLoop() {
  // Destroying a task may release connections, which are freed at the turn's end.
  while (!posted_.empty() || !turn_end_.empty()) {
    std::exchange(posted_, {}).clear();
    run_turn_end();
  }
}

void EventLoop::run() {
  while (!stopping_) {
    event_base_loop(base_.get(), EVLOOP_ONCE | (turn_end_.empty() ? 0 : EVLOOP_NONBLOCK));
    run_turn_end();
  }
  stopping_ = false;
}

void EventLoop::run_once(std::chrono::milliseconds longest_wait) {
  const Timer limit = after(longest_wait, [] {});
  event_base_loop(base_.get(), EVLOOP_ONCE | (turn_end_.empty() ? 0 : EVLOOP_NONBLOCK));
  run_turn_end();
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

void EventLoop::run_turn_end() {
  turn_end_now_.swap(turn_end_);
  for (std::size_t i = 0; i < turn_end_now_.size(); ++i) {
    TurnEnd* const next = turn_end_now_[i];
    // The one after it is fetched from memory while this one makes its system call.
    if (i + 1 < turn_end_now_.size()) __builtin_prefetch(turn_end_now_[i + 1]);
    if (next == nullptr) continue;
    next->place_ = TurnEnd::kNowhere;
    next->on_turn_end();
  }
  turn_end_now_.clear();
  handshakes_.begin_turn();
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
