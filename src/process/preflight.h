// Everything about a configuration that can be wrong and is known without touching the network:
// for the start, for HUP, and for --test-config.
#pragma once

#include "config/command_line.h"
#include "config/configuration.h"

namespace chat::process {

// Throws config::ConfigError, one line that names the place: options that do not go together,
// files and folders out of reach, a certificate that does not load, an address that is none, a user
// that is not there.
void preflight(const config::Configuration& configuration, const config::CommandLine& line);

// All that a start could stumble over but for the port and Redis, and nothing is made. For root
// with `user` the process is that user from then on. Throws config::ConfigError or StartError.
void test_configuration(const config::Configuration& configuration,
                        const config::CommandLine& line);

}  // namespace chat::process
