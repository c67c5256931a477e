// Processes that the master watches, its own children or those of the master before it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

#include "base/unique_fd.h"

namespace chat::process {

// A descriptor of the process `pid` that is readable once it has ended; none when there is no such
// process.
UniqueFd watch_process(pid_t pid);

// Whether the process behind such a descriptor has ended. Does not reap it.
bool has_ended(const UniqueFd& process);

// Waits, `patience` at most; whether the process has ended by then. Does not reap it.
bool ends_within(const UniqueFd& process, std::chrono::milliseconds patience);

// Sends TERM and waits; after `patience` sends KILL. Reaps the process if it is a child.
void end_process(const UniqueFd& process, std::chrono::milliseconds patience);

// "ended with code 1" or "was killed by SIGKILL", from the status of waitpid.
std::string describe_end(int status);

}  // namespace chat::process
