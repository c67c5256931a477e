// The signals of the master as a queue that its loop reads.
//
// Made once, before the first fork, and kept for the life of the process: while it lives the
// signals are blocked and wait in a descriptor.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/unique_fd.h"

namespace chat::process {

// "SIGTERM"
std::string signal_name(int number);

class Signals {
 public:
  // Blocks TERM, INT, QUIT, HUP, USR1, USR2 and CHLD, and ignores PIPE. Throws std::system_error.
  Signals();

  int fd() const { return fd_.get(); }

  // The next signal's number, or nothing when none waits.
  std::optional<int> next();

  // Takes one more `signal` out of the queue, if it comes within `patience`.
  static void absorb(int signal, std::chrono::milliseconds patience);

  // Whether somebody asked this process to end; the signal stays in the queue.
  static bool stop_pending();

  // For a forked worker: nothing is blocked, and signals meant for the master are ignored, those
  // of a terminal included.
  static void leave_to_master();

  // For a child about to run another program: everything as at the start of a process.
  static void restore();

  // For a child about to run a program that becomes a master: until it is one, it must not end by
  // what a master obeys without ending.
  static void restore_for_master();

 private:
  UniqueFd fd_;
};

}  // namespace chat::process
