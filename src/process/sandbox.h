// What a worker gives up for good once it is ready to serve: capabilities, and every system call
// that serving does not need (seccomp(2)).
#pragma once

#include <string>

#include "process/control.h"

namespace chat::process {

// Whether a filter can be used: not in a build with sanitizers, whose own code makes other calls.
bool can_filter_system_calls();

// Holds all threads of the process, and those to come, to the calls that serving clients takes. Any
// other call kills the process, after its number was told through `report` (Word::violated), which
// must outlive the process's threads. New programs, new processes and new threads are among what is
// refused, and memory that can be executed. Throws std::runtime_error when the system has no
// seccomp.
void filter_system_calls(const ControlChannel& report);

// "execve" for the number that Word::violated brings; the number itself for an unknown one.
std::string system_call_name(const std::string& number);

}  // namespace chat::process
