// The master process: gets everything ready, forks the workers and watches over them.
//
// It carries no user traffic and has no event loop but a poll over signals and workers. TERM, INT
// and QUIT drain the server, a second one ends it at once; HUP reads options and certificates
// again; USR1 opens the log file again; USR2 starts the program anew, by the path and with the
// words of this one: the new master inherits the port, and once its workers are ready it takes over
// and this one drains. Until then nothing changes for anybody, and a new one that fails is
// forgotten.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/command_line.h"
#include "config/configuration.h"
#include "process/daemon.h"
#include "process/managed_redis.h"
#include "process/pid_file.h"
#include "process/predecessor.h"
#include "process/signals.h"
#include "process/successor.h"
#include "process/workers.h"

namespace chat::process {

class Master {
 public:
  // How the process came to be.
  struct Origin {
    Invocation invocation;  // to do the same for USR2
    std::optional<Predecessor> predecessor;
  };

  // `line` is kept for HUP. `body` is what a worker runs: run_worker.
  Master(config::CommandLine line, config::Configuration configuration, Workers::Body body,
         Origin origin);

  // Starts the server and serves until it is told to end; returns the exit code. `background`
  // hears whether the start succeeded.
  int run(Background& background);

 private:
  enum class Phase { serving, draining, quitting };

  void start();
  void begin_to_listen();
  void open_log() const;
  void connect_redis();
  void start_workers();
  void end_workers();
  void fail(Background& background, ExitCode code, std::string_view line);

  // Of the new master:
  void await_handover();
  void hear_predecessor();
  void take_over(pid_t redis_guard);
  void take_pid_file();

  // Of the old one:
  void upgrade();
  Estate estate() const;
  void hear_successor();
  void hand_over(bool with_redis);
  void obey_later(int signal);
  bool awaits_successor_end() const;
  void note_failed_upgrade(std::string_view why);

  void turn();
  int poll_timeout() const;
  void handle(int signal);
  void reap();
  void stop(std::string_view why);
  void enter(Phase phase, std::chrono::milliseconds patience);
  void check_deadlines();
  void reload();
  void reopen_log() const;

  config::CommandLine line_;
  config::Configuration configuration_;
  Workers::Body body_;
  Signals signals_;
  std::optional<PidFile> pid_file_;
  std::optional<ManagedRedis> redis_;
  std::optional<Workers::Inheritance> inheritance_;
  std::optional<Workers> workers_;
  Phase phase_ = Phase::serving;
  std::optional<std::uint64_t> phase_end_;  // monotonic ms
  std::uint64_t ticket_rotation_ = 0;       // monotonic ms

  Invocation invocation_;
  std::optional<Predecessor> predecessor_;  // until it has ended
  bool takes_redis_ = false;                // the predecessor's
  bool owner_ = true;                       // false until the predecessor has let go
  std::optional<Successor> successor_;
  std::string successor_complaint_;
  std::optional<std::uint64_t> successor_due_;  // monotonic ms
  std::vector<int> successor_signals_;          // that it is to obey once it has taken over
};

}  // namespace chat::process
