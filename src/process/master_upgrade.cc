// The part of the master that hands the server on to a new one, and takes it from an old one.
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <exception>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "config/checks.h"
#include "net/address.h"
#include "process/master.h"
#include "process/notify.h"
#include "process/start_error.h"

namespace chat::process {
namespace {

constexpr std::string_view kWithRedis = "redis";
constexpr std::chrono::milliseconds kDrainGrace{1'000};
constexpr std::chrono::milliseconds kPatienceWithKilled{5'000};

// Why this process cannot be replaced now; empty when it can.
std::string_view obstacle(bool serving, bool upgrading, bool has_predecessor,
                          const Invocation& invocation) {
  if (!serving) return "this server is ending";
  if (upgrading) return "an upgrade is under way";
  if (has_predecessor) return "the server before this one still drains";
  if (invocation.program.empty()) return "the program's path is not known";
  if (::getpid() == 1) return "a container ends with its first process: start a new container";
  return {};
}

}  // namespace

void Master::take_pid_file() {
  const std::string& path = configuration_.settings.pid_file;
  if (path.empty()) return;
  if (predecessor_ && predecessor_->estate().pid_path == path) {
    pid_file_.emplace(path, predecessor_->take_pid_file());
  } else {
    config::check_pid_file(configuration_);
    pid_file_.emplace(path);
  }
}

// All is ready, and the old server still serves: only now is it told.
void Master::await_handover() {
  predecessor_->send(Word::ready, takes_redis_ ? kWithRedis : "");
  while (phase_ == Phase::serving && !owner_) turn();
}

void Master::hear_predecessor() {
  while (predecessor_) {
    const std::optional<Message> message = predecessor_->receive();
    if (!message) return;
    if (message->word == Word::yours) {
      pid_t guard = 0;
      std::from_chars(message->text.data(), message->text.data() + message->text.size(), guard);
      take_over(guard);
    } else if (message->word == Word::gone) {
      // One that was killed lets go of everything too, but not in the same moment.
      if (!owner_ && phase_ == Phase::serving) {
        predecessor_->wait_for_end(kPatienceWithKilled);
        take_over(predecessor_->estate().redis_guard);
      }
      log::info("the server before this one has ended");
      predecessor_.reset();
    }
  }
}

void Master::take_over(pid_t redis_guard) {
  owner_ = true;
  const auto attempt = [](const auto& take) {
    try {
      take();
    } catch (const StartError& failure) {
      log::error("taken over, but: {}", failure.what());
    }
  };
  attempt([&] { take_pid_file(); });
  attempt([&] {
    if (takes_redis_) redis_->take_over(redis_guard);
  });
}

void Master::upgrade() try {
  // Whoever saw it end may ask for the next upgrade before this one has read of it.
  hear_predecessor();
  const std::string_view why_not = obstacle(phase_ == Phase::serving, successor_.has_value(),
                                            predecessor_.has_value(), invocation_);
  if (!why_not.empty()) return log::warn("no upgrade: {}", why_not);
  successor_complaint_.clear();
  successor_signals_.clear();
  successor_.emplace(invocation_, estate());
  successor_due_ =
      monotonic_ms() + static_cast<std::uint64_t>(configuration_.settings.upgrade_timeout.count());
  log::info("upgrade: {} starts as process {}", invocation_.program, successor_->pid());
} catch (const std::exception& failure) {
  note_failed_upgrade(failure.what());
}

Estate Master::estate() const {
  const config::Settings& settings = configuration_.settings;
  Estate estate;
  estate.master = ::getpid();
  estate.address =
      net::BindAddress::parse(settings.bind, static_cast<std::uint16_t>(settings.port)).text();
  estate.listener = inheritance_->listener->fd();
  if (pid_file_) {
    estate.pid_path = pid_file_->path();
    estate.pid_file = pid_file_->fd();
  }
  if (redis_) {
    estate.redis_data = settings.data;
    estate.lifeline_watch = redis_->lifeline().watch.get();
    estate.lifeline_hold = redis_->lifeline().hold.get();
    estate.redis_guard = redis_->guard();
  }
  estate.ticket_keys = inheritance_->ticket_keys.to_text();
  const std::uint64_t now = monotonic_ms();
  if (ticket_rotation_ > now)
    estate.ticket_seconds = static_cast<int>((ticket_rotation_ - now) / 1000);
  return estate;
}

void Master::hear_successor() {
  while (successor_) {
    const std::optional<Message> message = successor_->receive();
    if (!message) return;
    if (message->word == Word::failed) successor_complaint_ = message->text;
    const bool wanted = phase_ == Phase::serving && successor_due_ && successor_->alive();
    if (message->word == Word::ready && wanted) hand_over(message->text == kWithRedis);
  }
}

void Master::hand_over(bool with_redis) {
  const config::Settings& settings = configuration_.settings;
  log::info("process {} takes over; clients are told to reconnect within {} ms", successor_->pid(),
            settings.upgrade_drain.count());
  successor_due_.reset();
  if (pid_file_) pid_file_->release();
  const pid_t guard = redis_ && with_redis ? redis_->guard() : 0;
  if (redis_ && with_redis) redis_->release();
  notify(fmt::format("MAINPID={}", successor_->pid()));
  successor_->send(Word::yours, std::to_string(guard));
  for (const int signal : successor_signals_) ::kill(successor_->pid(), signal);
  owner_ = false;
  inheritance_->listener.reset();
  workers_->let_end();
  workers_->tell_all(Word::replaced);
  enter(Phase::draining, settings.upgrade_drain + settings.drain_timeout + kDrainGrace);
}

// What the operator asked of this server while the new one started: that one may have read its
// configuration and opened its log before.
void Master::obey_later(int signal) {
  if (successor_ && owner_) successor_signals_.push_back(signal);
}

// One that is not to take over any more ends before this one: else nobody would end it if it hangs.
bool Master::awaits_successor_end() const { return successor_ && owner_; }

// The new one has ended; before it took over, that changes nothing.
void Master::note_failed_upgrade(std::string_view why) {
  hear_successor();
  const bool told = !successor_complaint_.empty();
  const std::string_view reason = told ? successor_complaint_ : why;
  if (phase_ != Phase::serving && owner_) {
    log::info("the new server, process {}, {} with this one", successor_->pid(), reason);
  } else if (owner_) {
    log::error("the upgrade failed, this server goes on: {}", reason);
  } else {
    log::error("the new server, process {}, {}", successor_->pid(), reason);
  }
  successor_.reset();
  successor_due_.reset();
}

}  // namespace chat::process
