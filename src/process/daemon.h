// `-d`: the server in the background, and a command that returns when the server is up.
#pragma once

#include <string_view>

#include "base/unique_fd.h"
#include "process/start_error.h"

namespace chat::process {

// The daemon's line to the command that started it. Destroyed without ready() or failed(), the
// command reports that the server died.
class Background {
 public:
  // Not in the background: ready() and failed() do nothing but print the failure.
  Background() = default;

  // Goes on in a new process without terminal, in a session of its own, whose standard streams are
  // /dev/null: what there is to say goes to the command or to the log. The calling process stays
  // until it hears the outcome and exits with its code; only the new process returns from here.
  // The working folder stays, since options may name files relative to it. Throws
  // std::system_error.
  static Background detach();

  // The server is up: the command ends with 0.
  void ready();

  // The server cannot start: the command prints the line and ends with the code.
  void failed(ExitCode code, std::string_view line);

 private:
  explicit Background(UniqueFd command) : command_(std::move(command)) {}

  UniqueFd command_;
};

}  // namespace chat::process
