#include "process/master.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "config/checks.h"
#include "process/child.h"
#include "process/notify.h"
#include "process/port.h"
#include "process/preflight.h"
#include "process/privileges.h"
#include "process/redis_probe.h"
#include "process/reload.h"
#include "process/start_error.h"
#include "process/version.h"

namespace chat::process {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kDrainGrace{1'000};    // beyond drain_timeout, which workers keep themselves
constexpr milliseconds kQuitPatience{1'000};  // from "quit" to KILL
// timeout(1) signals the process and then its group. Before anybody can see that the server drains,
// the same signal again is the same wish.
constexpr milliseconds kOneWish{5};
constexpr mode_t kPrivateFiles = 0027;

std::uint64_t after(milliseconds wait) {
  return monotonic_ms() + static_cast<std::uint64_t>(wait.count());
}

}  // namespace

Master::Master(config::CommandLine line, config::Configuration configuration, Workers::Body body,
               Origin origin)
    : line_(std::move(line)),
      configuration_(std::move(configuration)),
      body_(std::move(body)),
      invocation_(std::move(origin.invocation)),
      predecessor_(std::move(origin.predecessor)),
      owner_(!predecessor_) {}

int Master::run(Background& background) {
  try {
    start();
    start_workers();
  } catch (const StartError& failure) {
    fail(background, failure.code(), failure.what());
    return static_cast<int>(failure.code());
  } catch (const std::exception& failure) {
    fail(background, ExitCode::configuration, failure.what());
    return static_cast<int>(ExitCode::configuration);
  }
  background.ready();
  if (phase_ == Phase::serving) notify("READY=1");
  while (phase_ == Phase::serving || workers_->alive() > 0 || awaits_successor_end()) turn();
  log::info("ended");
  return static_cast<int>(ExitCode::ok);
}

void Master::fail(Background& background, ExitCode code, std::string_view line) {
  if (predecessor_) predecessor_->send(Word::failed, line);
  background.failed(code, line);
}

void Master::start() {
  const config::Settings& settings = configuration_.settings;
  preflight(configuration_, line_);
  ::umask(kPrivateFiles);
  const std::size_t descriptors = raise_descriptor_limit();
  make_folders(settings);
  net::Listener listener = open_port(settings, predecessor_ ? &*predecessor_ : nullptr);
  give_to_user(settings, listener.fd());
  if (owner_) take_pid_file();
  drop_privileges(settings);
  config::check_files(configuration_);
  open_log();
  for (const std::string& note : configuration_.notes) log::info("{}", note);
  for (const std::string& warning : configuration_.warnings) log::warn("{}", warning);
  if (descriptors < settings.max_connections)
    log::warn("only {} descriptors allowed for max_connections = {}: raise the limit (ulimit -n)",
              descriptors, settings.max_connections);
  inheritance_.emplace(settings, std::move(listener));
  ticket_rotation_ = after(settings.tls_ticket_lifetime);
  if (predecessor_ && inheritance_->ticket_keys.adopt(predecessor_->estate().ticket_keys)) {
    const std::chrono::seconds left(predecessor_->estate().ticket_seconds);
    ticket_rotation_ = std::min(ticket_rotation_, after(left));
  }
  connect_redis();
}

// A port that is beside that of the server before is silent until here.
void Master::begin_to_listen() {
  try {
    inheritance_->listener->listen();
  } catch (const std::runtime_error& failure) {
    end_workers();
    throw StartError(ExitCode::port, failure.what());
  }
}

void Master::open_log() const {
  const config::Settings& settings = configuration_.settings;
  try {
    log::open({settings.log_file, settings.log_level, "master"});
  } catch (const std::runtime_error& failure) {
    throw StartError(ExitCode::configuration,
                     fmt::format("{}: {}", configuration_.place_of("log_file"), failure.what()));
  }
}

void Master::connect_redis() {
  config::Settings& settings = inheritance_->settings;
  // Workers must not hold the lifeline of a Redis that is not this server's.
  Lifeline lifeline = predecessor_ ? predecessor_->take_lifeline() : Lifeline();
  if (settings.echo) return;  // nothing is stored
  if (settings.redis.kind == config::RedisAddress::Kind::managed) {
    takes_redis_ = predecessor_ && predecessor_->estate().redis_data == settings.data;
    if (takes_redis_) {
      redis_.emplace(settings, std::move(lifeline));
    } else {
      redis_.emplace(settings);
    }
    settings.redis = redis_->address();
  } else {
    const config::RedisAddress found = require_redis(settings.redis, settings.redis_timeout,
                                                     settings.durable == config::Durability::disk);
    if (settings.durable == config::Durability::replica &&
        !has_replica(found, settings.redis_timeout))
      log::warn("durable = replica, and Redis at {} has none: until it has, all sends are refused",
                to_string(found));
  }
}

void Master::start_workers() {
  const config::Settings& settings = configuration_.settings;
  workers_.emplace(*inheritance_, std::move(body_));
  while (phase_ == Phase::serving && !workers_->all_ready()) {
    turn();
    if (workers_->failure().empty()) continue;
    end_workers();
    throw StartError(ExitCode::worker, workers_->failure());
  }
  if (phase_ != Phase::serving) return;
  begin_to_listen();
  if (!owner_) await_handover();
  if (phase_ != Phase::serving) return;
  workers_->open();
  log::info("chatd {} listens on {}://{}:{} with {} worker{}", kVersion,
            settings.tls() ? "https" : "http", settings.bind, settings.port, settings.workers,
            settings.workers == 1 ? "" : "s");
  if (settings.turn_url.empty())
    log::info(
        "without --turn-url calls find no way between people who are both behind strict firewalls "
        "or address translation; see docs/calls.md");
}

void Master::end_workers() {
  workers_->let_end();
  workers_->kill_all();
  while (workers_->alive() > 0) turn();
}

void Master::turn() {
  workers_->start_due();
  if (redis_) redis_->restart_if_due();
  check_deadlines();
  std::vector<pollfd> descriptors{{signals_.fd(), POLLIN, 0},
                                  {redis_ ? redis_->fd() : -1, POLLIN, 0},
                                  {predecessor_ ? predecessor_->fd() : -1, POLLIN, 0},
                                  {successor_ ? successor_->fd() : -1, POLLIN, 0}};
  workers_->add_to(descriptors);
  ::poll(descriptors.data(), descriptors.size(), poll_timeout());
  workers_->read_reports();
  if (redis_) redis_->look();
  // A stop comes before a hand-over: the server is not to go on elsewhere.
  while (const std::optional<int> signal = signals_.next()) handle(*signal);
  hear_predecessor();
  hear_successor();
}

int Master::poll_timeout() const {
  std::uint64_t next = ticket_rotation_;
  for (const auto& deadline :
       {workers_->due(), redis_ ? redis_->due() : std::nullopt, phase_end_, successor_due_})
    next = std::min(next, deadline.value_or(next));
  const std::uint64_t now = monotonic_ms();
  return next <= now ? 0 : static_cast<int>(std::min<std::uint64_t>(next - now, 60'000));
}

void Master::check_deadlines() {
  const std::uint64_t now = monotonic_ms();
  if (now >= ticket_rotation_) {
    inheritance_->ticket_keys.rotate();
    ticket_rotation_ = after(configuration_.settings.tls_ticket_lifetime);
  }
  if (successor_due_ && now >= *successor_due_) {
    successor_due_.reset();
    successor_complaint_ =
        fmt::format("not ready within {} ms", configuration_.settings.upgrade_timeout.count());
    ::kill(successor_->pid(), SIGKILL);
  }
  if (!phase_end_ || now < *phase_end_) return;
  if (phase_ == Phase::draining) return stop("the time to drain is over");
  workers_->kill_all();
  if (awaits_successor_end()) ::kill(successor_->pid(), SIGKILL);
  phase_end_.reset();
}

void Master::handle(int signal) {
  switch (signal) {
    case SIGCHLD:
      return reap();
    case SIGHUP:
      obey_later(signal);
      return reload();
    case SIGUSR1:
      obey_later(signal);
      reopen_log();
      return workers_->tell_all(Word::reopen);
    case SIGUSR2:
      return upgrade();
    default:
      if (phase_ == Phase::serving) Signals::absorb(signal, kOneWish);
      return stop(signal_name(signal));
  }
}

void Master::reap() {
  int status = 0;
  for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    if (workers_->reaped(pid, status) || (redis_ && redis_->reaped(pid, status))) continue;
    if (successor_ && pid == successor_->pid()) note_failed_upgrade(describe_end(status));
  }
}

// The first time drains the workers; again, or when that took too long, ends them.
void Master::stop(std::string_view why) {
  if (phase_ == Phase::serving) {
    log::info("{}: draining for {} ms at most", why, configuration_.settings.drain_timeout.count());
    if (owner_) notify("STOPPING=1");
    if (successor_) ::kill(successor_->pid(), SIGTERM);
    inheritance_->listener.reset();
    workers_->let_end();
    workers_->tell_all(Word::drain);
    enter(Phase::draining, configuration_.settings.drain_timeout + kDrainGrace);
  } else if (phase_ == Phase::draining) {
    log::info("{}: ending at once", why);
    workers_->tell_all(Word::quit);
    enter(Phase::quitting, kQuitPatience);
  }
}

void Master::enter(Phase phase, milliseconds patience) {
  phase_ = phase;
  phase_end_ = after(patience);
}

void Master::reopen_log() const {
  if (configuration_.settings.log_file.empty()) {
    log::info("SIGUSR1: the log is standard error, there is no file to open again");
  } else if (log::reopen()) {
    log::info("SIGUSR1: the log file was opened again");
  }
}

void Master::reload() try {
  Reload fresh = load_again(configuration_, line_);
  for (const std::string_view name : fresh.kept)
    log::warn("{} was changed: the change counts from the next start on", name);
  configuration_ = std::move(fresh.configuration);
  const std::string text = encode_reload(configuration_.settings);
  apply_reload(inheritance_->settings, text);
  log::set_level(configuration_.settings.log_level);
  workers_->tell_all(Word::reload, text);
  log::info("options and certificates were read again");
} catch (const std::exception& failure) {
  log::error("not reloaded, all stays as it was: {}", failure.what());
}

}  // namespace chat::process
