// What an operator has done to the files of a server: over the same Redis and upload folder, while
// the server runs or, if the Redis is not its own, also while it does not.
#pragma once

#include <string>

#include "config/settings.h"

namespace chat::process {

struct FileCheckOutcome {
  std::string said;  // what to print
  bool fits = true;  // now
};

// Compares the upload folder with Redis; with `mend` puts right what does not fit. Throws
// StartError: no upload folder (ExitCode::configuration), a Redis that cannot be used.
FileCheckOutcome check_files(const config::Settings& settings, bool mend);

}  // namespace chat::process
