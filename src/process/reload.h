// What HUP does to the options of a running server.
#pragma once

#include <string_view>
#include <vector>

#include "config/command_line.h"
#include "config/configuration.h"

namespace chat::process {

struct Reload {
  config::Configuration configuration;  // effective from now on
  // Options that were changed but count only from the next start on.
  std::vector<std::string_view> kept;
};

// Loads all options again and joins them with the `current` ones. Throws config::ConfigError, and
// then nothing is to change, when they are wrong in any way that would prevent a start.
Reload load_again(const config::Configuration& current, const config::CommandLine& line);

}  // namespace chat::process
