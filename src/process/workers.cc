#include "process/workers.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <system_error>
#include <utility>

#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "process/child.h"
#include "process/picture_helper.h"
#include "process/sandbox.h"
#include "process/signals.h"
#include "process/start_error.h"

namespace chat::process {
namespace {

constexpr std::size_t kIdDigits = 12;
constexpr std::uint64_t kSteadyMs = 60'000;  // whoever lived that long did not die at birth

std::uint64_t after(std::chrono::milliseconds wait) {
  return monotonic_ms() + static_cast<std::uint64_t>(wait.count());
}

}  // namespace

Workers::Workers(Inheritance& inheritance, Body body)
    : inheritance_(inheritance), body_(std::move(body)), slots_(inheritance.settings.workers) {
  for (unsigned number = 0; number < slots_.size(); ++number) slots_[number].number = number;
}

void Workers::start_due() {
  const std::uint64_t now = monotonic_ms();
  for (Slot& slot : slots_) {
    if (slot.start_at && *slot.start_at <= now && !ending_) start(slot);
    if (slot.pictures_at && *slot.pictures_at <= now) start_pictures(slot);
  }
}

std::optional<std::uint64_t> Workers::due() const {
  std::optional<std::uint64_t> earliest;
  for (const Slot& slot : slots_) {
    const auto start_at = ending_ ? std::nullopt : slot.start_at;
    for (const auto& time : {start_at, slot.pictures_at})
      if (time && (!earliest || *time < *earliest)) earliest = time;
  }
  return earliest;
}

void Workers::start(Slot& slot) {
  auto [ours, theirs] = ControlChannel::make_pair();
  slot.id = fmt::format("w{}-{}", slot.number, random_hex(kIdDigits));
  slot.control.emplace(std::move(ours));
  const pid_t pid = ::fork();
  if (pid == 0) become_worker(slot, std::move(theirs));
  if (pid < 0) {
    slot.control.reset();
    log::error("cannot start worker {}: {}", slot.number, std::strerror(errno));
    slot.start_at = after(slot.backoff.next());
    return;
  }
  slot.pid = pid;
  slot.ready = false;
  slot.complaint.clear();
  slot.start_at.reset();
}

void Workers::become_worker(Slot& slot, ControlChannel control) {
  Signals::leave_to_master();
  ::prctl(PR_SET_NAME, fmt::format("chatd-w{}", slot.number).c_str());
  // The master's ends must live in the master alone, or its death would go unnoticed.
  for (Slot& each : slots_) each.control.reset();
  WorkerContext context{inheritance_.settings,
                        slot.number,
                        slot.id,
                        slot.dead_ids,
                        std::move(inheritance_.listener),
                        inheritance_.counters,
                        inheritance_.ticket_keys,
                        std::move(control)};
  int code = static_cast<int>(ExitCode::worker);
  try {
    log::open({context.settings.log_file, context.settings.log_level, context.id});
    code = body_(context);
  } catch (const std::exception& failure) {
    context.control.send(Word::failed, failure.what());
  }
  std::exit(code);
}

bool Workers::reaped(pid_t pid, int status) {
  const auto slot =
      std::find_if(slots_.begin(), slots_.end(), [&](const Slot& each) { return each.pid == pid; });
  if (slot == slots_.end()) return false;
  read_reports();
  slot->pid = 0;
  slot->control.reset();
  slot->pictures_at.reset();
  inheritance_.counters.clear(slot->number);
  if (ending_) return true;
  // KILL comes from outside and says nothing about the worker.
  const bool failed = !slot->ready && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  std::string end = describe_end(status);
  if (failed && failure_.empty())
    failure_ = fmt::format("worker {} {} while it started", slot->number, end);
  if (!slot->complaint.empty()) end += ": " + slot->complaint;
  slot->dead_ids.push_back(slot->id);
  const std::chrono::milliseconds wait = wait_after_end(*slot);
  slot->ready = false;
  slot->start_at = after(wait);
  if (!failed || open_)
    log::error("worker {} (process {}) {}; starting it again in {} ms", slot->id, pid, end,
               wait.count());
  else if (slot->complaint.empty())
    log::error("worker {} (process {}) {}", slot->id, pid, end);
  return true;
}

// One that had served is replaced at once; one that died at birth would only die again.
std::chrono::milliseconds Workers::wait_after_end(Slot& slot) const {
  return slot.ready ? std::chrono::milliseconds(0) : slot.backoff.next();
}

void Workers::add_to(std::vector<pollfd>& descriptors) const {
  for (const Slot& slot : slots_) {
    if (slot.control) descriptors.push_back({slot.control->fd(), POLLIN, 0});
  }
}

void Workers::read_reports() {
  for (Slot& slot : slots_) {
    while (slot.control) {
      const std::optional<Message> message = slot.control->receive();
      if (!message) break;
      hear(slot, *message);
    }
  }
}

void Workers::hear(Slot& slot, const Message& message) {
  switch (message.word) {
    case Word::ready:
      slot.ready = true;
      slot.backoff.reset();
      slot.dead_ids.clear();
      if (open_) slot.control->send(Word::accept);
      log::info("worker {} (process {}) is ready", slot.id, slot.pid);
      break;
    case Word::failed:
      failure_ = message.text;
      slot.complaint = message.text;
      // At the start of the server that is its end; nobody waits for the worker's.
      if (!open_) log::error("worker {} cannot start: {}", slot.id, message.text);
      break;
    case Word::violated:
      slot.complaint =
          fmt::format("it called {}, which no worker does", system_call_name(message.text));
      break;
    case Word::pictures:
      plan_pictures(slot);
      break;
    default:
      slot.control.reset();
  }
}

// One that dies again and again is made later and later.
void Workers::plan_pictures(Slot& slot) {
  if (slot.pictures_at) return;
  if (slot.pictures_since + kSteadyMs < monotonic_ms()) slot.pictures_backoff.reset();
  const std::chrono::milliseconds wait = slot.pictures_backoff.next();
  slot.pictures_at = after(wait);
  log::error("worker {} has nobody who cleans pictures; starting another one in {} ms", slot.id,
             wait.count());
}

void Workers::start_pictures(Slot& slot) try {
  slot.pictures_at.reset();
  slot.pictures_since = monotonic_ms();
  const UniqueFd channel = start_picture_helper(inheritance_.settings);
  if (slot.control) slot.control->send(Word::pictures, {}, channel.get());
} catch (const std::system_error& failure) {
  log::error("cannot start who cleans pictures: {}", failure.what());
  slot.pictures_at = after(slot.pictures_backoff.next());
}

void Workers::open() {
  open_ = true;
  tell_all(Word::accept);
}

bool Workers::all_ready() const {
  return std::all_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.ready; });
}

void Workers::tell_all(Word word, std::string_view text) {
  for (Slot& slot : slots_) {
    if (slot.control && !slot.control->send(word, text))
      log::warn("worker {} could not be told '{}'", slot.id, static_cast<char>(word));
  }
}

void Workers::kill_all() {
  for (const Slot& slot : slots_) {
    if (slot.pid != 0) ::kill(slot.pid, SIGKILL);
  }
}

std::size_t Workers::alive() const {
  return static_cast<std::size_t>(
      std::count_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.pid != 0; }));
}

}  // namespace chat::process
