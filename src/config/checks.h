// What one option alone cannot say: options that exclude or need each other, files and folders.
#pragma once

#include "config/command_line.h"
#include "config/configuration.h"

namespace chat::config {

// Throws ConfigError for options that do not go together.
void check_together(const Configuration& configuration, const CommandLine& line);

// Who makes the folders of the server that are not there yet: the user of this process, or root for
// that user.
enum class FolderMaker { user, root };

// Throws ConfigError for files and folders that the user of this process cannot read, and for those
// that it could not write once `maker` has made them. Creates nothing.
void check_files(const Configuration& configuration, FolderMaker maker = FolderMaker::user);

// Throws ConfigError when the pid file could not be written. A running server that has changed its
// user keeps the file open, and needs this no more.
void check_pid_file(const Configuration& configuration);

}  // namespace chat::config
