// A program of the server's that outlives its master for a while: it runs under a guard, a small
// process that ends it when no process of the server is left.
//
// The guard does nothing else, so a master may be replaced or killed and the program runs on for
// the workers that still need it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace chat::process {

// A pipe that nobody writes to. It ends for those who watch when the last process that holds it is
// gone; forked processes hold it too.
struct Lifeline {
  UniqueFd watch;
  UniqueFd hold;

  // Throws std::system_error.
  static Lifeline make();
};

struct GuardedProgram {
  std::string path;
  std::vector<std::string> words;  // the first is the program's name
  std::string output;              // what it prints is appended to this file
  std::string pid_file;            // gets its process id
  std::string guard_name;          // of the guard's process, 15 letters at most
};

// Starts a guard, which runs the program in a session of its own; returns the guard's id. The guard
// ends as the program does, with the same code or signal; 127 when it cannot be run. TERM to the
// guard, the end of the lifeline and the guard's own death send TERM to the program; one that does
// not obey within kGuardPatience is killed. Throws std::system_error.
pid_t run_guarded(const GuardedProgram& program, const Lifeline& lifeline);

constexpr int kGuardPatience = 10'000;  // ms

}  // namespace chat::process
