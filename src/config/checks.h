// What one option alone cannot say: options that exclude or need each other, files and folders.
#pragma once

#include "config/command_line.h"
#include "config/configuration.h"

namespace chat::config {

// Throws ConfigError for options that do not go together.
void check_together(const Configuration& configuration, const CommandLine& line);

// Throws ConfigError for files that cannot be read and folders that could not be written by the
// user of this process. Creates nothing.
void check_files(const Configuration& configuration);

// Throws ConfigError when the pid file could not be written. A running server that has changed its
// user keeps the file open, and needs this no more.
void check_pid_file(const Configuration& configuration);

}  // namespace chat::config
