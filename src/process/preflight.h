// Everything about a configuration that can be wrong and is known without touching the network:
// for --test-config, for the start, and for HUP.
#pragma once

#include "config/command_line.h"
#include "config/configuration.h"

namespace chat::process {

// Throws config::ConfigError, one line that names the place: options that do not go together,
// files and folders out of reach, a certificate that does not load, an address that is none.
void preflight(const config::Configuration& configuration, const config::CommandLine& line);

}  // namespace chat::process
