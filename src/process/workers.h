// The worker processes of a master: forks them, hears from them, starts them again when they die.
//
// Owned by the master, whose loop calls in: nothing here waits.
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/settings.h"
#include "net/listener.h"
#include "net/shared_counters.h"
#include "net/ticket_keys.h"
#include "process/backoff.h"
#include "process/control.h"
#include "process/worker.h"

namespace chat::process {

class Workers {
 public:
  using Body = std::function<int(WorkerContext&)>;

  // What every worker is born with; outlives the Workers.
  struct Inheritance {
    Inheritance(const config::Settings& all, net::Listener port)
        : settings(all), listener(std::move(port)), counters(static_cast<unsigned>(all.workers)) {}

    config::Settings settings;
    std::optional<net::Listener> listener;
    net::SharedCounters counters;
    net::TicketKeys ticket_keys;
  };

  // Starts nothing yet. `body` is what a worker process runs: run_worker.
  Workers(Inheritance& inheritance, Body body);

  // Forks every worker that is due, the first time all of them, and whoever cleans pictures for
  // one that asked for it.
  void start_due();

  // When start_due() is to be called next (monotonic ms), if at all.
  std::optional<std::uint64_t> due() const;

  // Tells that the child `pid` has ended; false when it was no worker.
  bool reaped(pid_t pid, int status);

  // Lets the workers take connections, those that become ready later too.
  void open();

  // Adds the descriptors whose being readable calls for read_reports().
  void add_to(std::vector<pollfd>& descriptors) const;
  void read_reports();

  // Whether every worker could take connections.
  bool all_ready() const;

  // Why the last worker that could not start did not; empty when none failed.
  const std::string& failure() const { return failure_; }

  void tell_all(Word word, std::string_view text = {});

  // From now on a worker that ends is not started again.
  void let_end() { ending_ = true; }
  void kill_all();
  std::size_t alive() const;

 private:
  struct Slot {
    unsigned number = 0;
    pid_t pid = 0;  // 0: not running
    std::string id;
    bool ready = false;
    std::string complaint;  // what it said of its end
    std::optional<ControlChannel> control;
    std::vector<std::string> dead_ids;
    Backoff backoff;
    std::optional<std::uint64_t> start_at = 0;

    // Of the process that cleans its pictures, once the one it began with has died.
    Backoff pictures_backoff;
    std::optional<std::uint64_t> pictures_at;
    std::uint64_t pictures_since = 0;
  };

  void start(Slot& slot);
  [[noreturn]] void become_worker(Slot& slot, ControlChannel control);
  void hear(Slot& slot, const Message& message);
  static void plan_pictures(Slot& slot);
  void start_pictures(Slot& slot);
  std::chrono::milliseconds wait_after_end(Slot& slot) const;

  Inheritance& inheritance_;
  Body body_;
  std::vector<Slot> slots_;
  std::string failure_;
  bool open_ = false;
  bool ending_ = false;
};

}  // namespace chat::process
