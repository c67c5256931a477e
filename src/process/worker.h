// A worker process: accepts from the shared socket and serves its connections until it is drained.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "config/settings.h"
#include "net/listener.h"
#include "net/shared_counters.h"
#include "net/ticket_keys.h"
#include "process/control.h"

namespace chat::process {

// What a worker is born with. Made by the master just before fork, owned by the new process;
// everything referred to outlives run_worker.
struct WorkerContext {
  // The effective options; a managed Redis is given as the Unix socket it listens on.
  config::Settings settings;

  // The place among the workers, 0 to settings.workers - 1: its slot in the counters.
  unsigned slot;

  // Drawn anew for every process.
  std::string id;

  // Earlier workers of this slot that died: their users are to be taken off the online list.
  std::vector<std::string> dead_ids;

  // Shared by all workers. A draining worker resets it at once, so that a new server can bind the
  // port.
  std::optional<net::Listener> listener;

  net::SharedCounters& counters;
  net::TicketKeys& ticket_keys;
  ControlChannel control;

  // To the process that cleans pictures; made by the worker itself.
  UniqueFd pictures{};
};

// Runs until it is told to drain or quit, or the master is gone; returns the exit code, 0 when it
// ended as it was told. Says Word::ready once it can take connections, and takes them when it is
// told Word::accept. Throws std::exception, one line, when it cannot start. INT, TERM, QUIT, HUP,
// USR1 and USR2 are ignored in the process: a worker listens to its master alone.
int run_worker(WorkerContext& context);

}  // namespace chat::process
