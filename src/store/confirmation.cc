#include "store/confirmation.h"

#include <event2/event.h>

#include <utility>

#include "base/log.h"
#include "base/rejected.h"
#include "coro/spawn.h"

namespace chat::store {
namespace {

constexpr const char* kLost = "the connection to Redis was lost before a replica had it";
constexpr const char* kReplicas = "1";  // to have it

}  // namespace

void Confirmation::FreeEvent::operator()(event* ev) const { event_free(ev); }

Confirmation::Confirmation(event_base* base, RedisConnection& connection,
                           std::chrono::milliseconds timeout)
    : connection_(connection),
      timeout_ms_(std::to_string(timeout.count())),
      turn_(event_new(base, -1, 0, on_turn, this)) {}

Confirmation::~Confirmation() {
  state_->closed = true;
  finish(std::exchange(state_->askers, {}), kLost);
}

coro::Task<void> Confirmation::confirm() {
  Asker asker;
  asker.generation = connection_.generation();
  state_->askers.push_back(&asker);
  if (!state_->asking) event_active(turn_.get(), 0, 0);
  const std::string problem = co_await asker.done;
  if (!problem.empty()) throw Rejected(Refusal::storage_unavailable, problem);
}

void Confirmation::on_turn(int, short, void* self) {
  auto* confirmation = static_cast<Confirmation*>(self);
  if (confirmation->state_->asking) return;
  coro::spawn(confirmation->ask_for_all(confirmation->state_));
}

// A WAIT holds the connection back, so there is one at a time; whoever comes meanwhile is in the
// next one.
coro::Task<void> Confirmation::ask_for_all(std::shared_ptr<State> state) {
  state->asking = true;
  while (!state->closed && !state->askers.empty()) {
    const std::vector<Asker*> askers = std::exchange(state->askers, {});
    const std::uint64_t generation = connection_.generation();
    std::string problem;
    try {
      std::vector<std::string> words{"WAIT", kReplicas, timeout_ms_};
      const RedisConnection::Answer answer = co_await connection_.ask(std::move(words));
      problem = problem_in(answer);
    } catch (const Rejected& rejected) {
      problem = rejected.detail();
    }
    if (problem.empty() == state->failing) {
      state->failing = !problem.empty();
      if (state->failing)
        log::warn("messages are stored but not confirmed: {}", problem);
      else
        log::info("a replica confirms what is stored again");
    }
    for (Asker* asker : askers)
      asker->done.complete(asker->generation == generation ? problem : kLost);
  }
  state->asking = false;
}

std::string Confirmation::problem_in(const RedisConnection::Answer& answer) {
  if (!answer.error.empty()) return answer.error;
  return answer.reply.number() >= 1 ? std::string() : "no replica has it in time";
}

void Confirmation::finish(const std::vector<Asker*>& askers, const std::string& problem) {
  for (Asker* asker : askers) asker->done.complete(problem);
}

}  // namespace chat::store
