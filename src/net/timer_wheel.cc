#include "net/timer_wheel.h"

#include <algorithm>
#include <type_traits>

namespace chat::net {

void Deadline::Link::unlink() {
  previous->next = next;
  next->previous = previous;
  next = previous = this;
}

void Deadline::Link::insert_before(Link& other) {
  previous = other.previous;
  next = &other;
  previous->next = this;
  other.previous = this;
}

void Deadline::Link::take_all_of(Link& other) {
  if (other.next == &other) return;
  insert_before(other);
  other.unlink();
}

Deadline& Deadline::holding(Link& link) {
  static_assert(std::is_standard_layout_v<Deadline>);
  return reinterpret_cast<Deadline&>(link);
}

TimerWheel::TimerWheel(std::chrono::milliseconds tick, std::uint64_t now_ms)
    : tick_ms_(static_cast<std::uint64_t>(tick.count())), last_ms_(now_ms) {}

TimerWheel::~TimerWheel() {
  for (Deadline::Link& slot : slots_) {
    while (slot.next != &slot) slot.next->unlink();
  }
}

void TimerWheel::arm(Deadline& deadline, std::chrono::milliseconds delay) {
  const std::uint64_t delay_ms =
      static_cast<std::uint64_t>(std::max<std::int64_t>(delay.count(), 0));
  // One tick more than the delay holds: part of the current one has passed already.
  deadline.tick_ = current_tick_ + (delay_ms + tick_ms_ - 1) / tick_ms_ + 1;
  deadline.cancel();
  deadline.link_.insert_before(slots_[deadline.tick_ % kSlots]);
}

void TimerWheel::advance(std::uint64_t now_ms) {
  carry_ms_ += std::min(now_ms - last_ms_, kLongestStep * tick_ms_);
  last_ms_ = now_ms;
  while (carry_ms_ >= tick_ms_) {
    carry_ms_ -= tick_ms_;
    ++current_tick_;
    fire_slot(slots_[current_tick_ % kSlots]);
  }
}

void TimerWheel::fire_slot(Deadline::Link& slot) {
  Deadline::Link visiting;
  visiting.take_all_of(slot);
  while (visiting.next != &visiting) {
    Deadline& deadline = Deadline::holding(*visiting.next);
    deadline.cancel();
    if (deadline.tick_ > current_tick_) {
      deadline.link_.insert_before(slot);
    } else {
      deadline.call_(deadline.object_);
    }
  }
}

}  // namespace chat::net
