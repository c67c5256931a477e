// The command line: what to do, and the options given as flags.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chat::config {

struct CommandLine {
  std::string config;  // path of the config file, or empty
  bool daemon = false;
  bool test_config = false;
  bool print_config = false;
  std::optional<std::string> reset_password;  // a user's name
  std::optional<std::string> end_sessions;    // a user's name
  bool check_files = false;
  bool mend = false;  // goes with check_files
  bool version = false;

  // Option names and texts, in the order of the table.
  std::vector<std::pair<std::string_view, std::string>> flags;

  // Set when --help was asked for: print it and exit with 0.
  std::optional<std::string> help;
};

// Throws ConfigError on unknown flags, missing values, words that belong to no flag, and commands
// that do not go without another.
CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace chat::config
