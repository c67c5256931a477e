// Why the server cannot start: one line for the operator, and the exit code of the process.
#pragma once

#include <stdexcept>
#include <string>

namespace chat::process {

enum class ExitCode {
  ok = 0,
  configuration = 1,  // an option, a file, a folder
  port = 2,           // the address cannot be bound
  redis = 3,          // Redis does not answer
  worker = 4,         // a worker died at start
  unfit = 5,          // files and Redis do not fit
};

class StartError : public std::runtime_error {
 public:
  StartError(ExitCode code, const std::string& text) : std::runtime_error(text), code_(code) {}

  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

}  // namespace chat::process
