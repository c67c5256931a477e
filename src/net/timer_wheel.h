// Deadlines for very many connections: arming and cancelling cost a few pointer writes.
//
// A hashed wheel: a deadline hangs in the slot of its tick, and is looked at once a revolution. One
// wheel per event loop, owned by it; it must outlive its deadlines. A deadline never fires early,
// and at most two ticks late. Time in which the process did not run (SIGSTOP, a suspended machine)
// hardly counts, so that peers are not blamed for the server's own silence.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace chat::net {

class TimerWheel;

// One point in time at which a function of an object is called, once per arming. Lives inside that
// object (40 bytes, no allocation); destruction cancels it.
class Deadline {
 public:
  // A deadline that calls `(owner->*Method)()`, as in
  //   Deadline idle_ = Deadline::calling<&Session::on_idle>(this);
  // The method may arm, cancel or destroy any deadline, this one included.
  template <auto Method, class Owner>
  static Deadline calling(Owner* owner) {
    return Deadline([](void* object) { (static_cast<Owner*>(object)->*Method)(); }, owner);
  }

  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline() { cancel(); }

  bool armed() const { return link_.next != &link_; }
  void cancel() { link_.unlink(); }

 private:
  friend class TimerWheel;

  // A node of a ring; alone, it points at itself.
  struct Link {
    Link() = default;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    void unlink();
    void insert_before(Link& other);
    void take_all_of(Link& other);

    Link* next = this;
    Link* previous = this;
  };

  Deadline(void (*call)(void*), void* object) : call_(call), object_(object) {}
  static Deadline& holding(Link& link);

  Link link_;  // first: holding() relies on it
  std::uint64_t tick_ = 0;
  void (*call_)(void*);
  void* object_;
};

class TimerWheel {
 public:
  // `tick` is the granularity, `now_ms` the value of monotonic_ms().
  TimerWheel(std::chrono::milliseconds tick, std::uint64_t now_ms);
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Sets `deadline` to fire once `delay` has passed; an armed one is moved.
  void arm(Deadline& deadline, std::chrono::milliseconds delay);

  // Fires everything due at `now_ms`, which never goes back. Not reentrant.
  void advance(std::uint64_t now_ms);

 private:
  static constexpr std::size_t kSlots = 256;
  static constexpr std::uint64_t kLongestStep = 8;  // ticks that one advance() counts at most

  void fire_slot(Deadline::Link& slot);

  std::uint64_t tick_ms_;
  std::uint64_t last_ms_;
  std::uint64_t carry_ms_ = 0;  // passed since the current tick began
  std::uint64_t current_tick_ = 0;
  std::array<Deadline::Link, kSlots> slots_;
};

}  // namespace chat::net
