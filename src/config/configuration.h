// The effective options and where each came from: defaults < config file < environment < flags.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/command_line.h"
#include "config/settings.h"

namespace chat::config {

struct Configuration {
  Settings settings;

  struct Origin {
    std::string source;  // "file PATH:LINE", "environment CHATD_…", "flag --…", "follows from -d"
    std::string place;  // opens a complaint: "PATH:LINE: port", "CHATD_PORT", "--port"
  };
  // By option name; options that have their default are not in it.
  std::map<std::string_view, Origin> origins;

  // Where a complaint about an option points to: its place, or its name when it was not given.
  std::string place_of(std::string_view name) const;

  // Remarks for the log, such as keys of a local.ini that mean nothing here.
  std::vector<std::string> notes;

  // What is ignored but may be a mistake, for the log.
  std::vector<std::string> warnings;
};

// The value of an environment variable, or nullptr.
using Environment = std::function<const char*(const char* name)>;

// Merges all sources; nothing on disk but the config file is looked at. Throws ConfigError on
// unknown keys, keys in a foreign section, and values that do not fit.
Configuration load(const CommandLine& line, const Environment& environment);

// Complaints about variables of those names that look like options and are none, one line each.
// `outcome` says what becomes of them.
std::vector<std::string> complaints_about(const std::vector<std::string>& variables,
                                          std::string_view outcome);

// As load(), with the environment of the process. Variables CHATD_… that are no option are warned
// of, and refused where the configuration is only tested.
Configuration load(const CommandLine& line);

// Every option as `key = value  # origin`, itself a valid config file; a Redis password is masked.
std::string print_config(const Configuration& configuration);

}  // namespace chat::config
