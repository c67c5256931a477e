#include "store/sentinels.h"

#include <event2/event.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

namespace chat::store {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPause{500};           // between rounds
constexpr milliseconds kPatience{500};        // with a silent Sentinel
constexpr milliseconds kCheckPatience{1000};  // with a silent candidate

}  // namespace

void Sentinels::FreeEvent::operator()(event* ev) const { event_free(ev); }

Sentinels::Sentinels(event_base* base, config::RedisAddress address, OnPrimary on_primary,
                     OnProblem on_problem)
    : base_(base),
      address_(std::move(address)),
      on_primary_(std::move(on_primary)),
      on_problem_(std::move(on_problem)),
      timer_(event_new(base, -1, 0, on_timer, this)) {
  wake_after(milliseconds(0));
}

void Sentinels::on_timer(int, short, void* raw) {
  auto* self = static_cast<Sentinels*>(raw);
  if (self->check_)
    self->end_check();
  else if (!self->queries_.empty())
    self->weigh();
  else
    self->begin_round();
}

void Sentinels::wake_after(milliseconds delay) {
  const timeval wait = {static_cast<time_t>(delay.count() / 1000),
                        static_cast<suseconds_t>(delay.count() % 1000 * 1000)};
  event_add(timer_.get(), &wait);
}

void Sentinels::begin_round() {
  candidates_.clear();
  complaints_.clear();
  waiting_ = address_.sentinels.size();
  wake_after(kPatience);
  for (const config::RedisHost& sentinel : address_.sentinels) {
    auto on_answer = [this, &sentinel](const SentinelQuery::Answer& answer) {
      take(sentinel, answer);
    };
    queries_.push_back(
        std::make_unique<SentinelQuery>(base_, sentinel, address_, std::move(on_answer)));
  }
}

void Sentinels::take(const config::RedisHost& sentinel, const SentinelQuery::Answer& answer) {
  if (answer.problem.empty()) {
    auto named = std::ranges::find(candidates_, answer.primary, &Candidate::host);
    if (named == candidates_.end()) named = candidates_.insert(named, {answer.primary, 0, 0});
    named->epoch = std::max(named->epoch, answer.epoch);
    ++named->voices;
  } else {
    complain(sentinel, answer.problem);
  }
  if (--waiting_ == 0) wake_after(milliseconds(0));
}

void Sentinels::weigh() {
  queries_.clear();
  const std::size_t majority = address_.sentinels.size() / 2 + 1;
  std::erase_if(candidates_, [&](const Candidate& candidate) {
    const bool stale = candidate.epoch < epoch_ && candidate.voices < majority;
    if (stale) complain(candidate.host, "it was the primary before a failover");
    return stale;
  });
  std::ranges::stable_sort(candidates_, [](const Candidate& a, const Candidate& b) {
    return std::tie(a.epoch, a.voices) > std::tie(b.epoch, b.voices);
  });
  // One that all agree on and that is followed already is watched by those connected to it.
  if (candidates_.size() == 1 && candidates_.front().host == primary_)
    end_round(true);
  else
    check_next();
}

void Sentinels::check_next() {
  if (candidates_.empty()) return end_round(false);
  outcome_.reset();
  Redis::Options options;
  options.address = address_.at(candidates_.front().host);
  wake_after(kCheckPatience);
  check_ =
      std::make_unique<Redis>(base_, options, [this](Redis::State, const std::string& problem) {
        if (outcome_) return;
        outcome_ = problem;
        wake_after(milliseconds(0));
      });
}

void Sentinels::end_check() {
  check_.reset();
  const std::string problem = outcome_.value_or("it does not answer in time");
  if (problem.empty()) return end_round(true);
  complain(candidates_.front().host, problem);
  candidates_.erase(candidates_.begin());
  check_next();
}

void Sentinels::end_round(bool found) {
  wake_after(kPause);
  if (found == std::exchange(failing_, !found))
    on_problem_(found ? ""
                      : "no Sentinel names the primary " + address_.primary_name +
                            (complaints_.empty() ? "; none answers" : complaints_));
  if (!found) return;
  epoch_ = candidates_.front().epoch;
  if (std::exchange(primary_, candidates_.front().host) == candidates_.front().host) return;
  on_primary_(primary_);
}

void Sentinels::complain(const config::RedisHost& about, const std::string& problem) {
  complaints_ += "; " + about.host + ':' + std::to_string(about.port) + ": " + problem;
}

}  // namespace chat::store
