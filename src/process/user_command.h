// What an operator does to one user of a server: over the same Redis, while the server runs or, if
// the Redis is not its own, also while it does not.
#pragma once

#include <string>

#include "config/settings.h"

namespace chat::process {

// Gives the user a new password, drawn at random, and ends all sessions with their connections.
// Returns what to print, the password included. Throws StartError: no user of that name
// (ExitCode::configuration), a Redis that cannot be used.
std::string reset_password(const config::Settings& settings, const std::string& user_name);

// Ends all sessions of the user with their connections; the password stays. Returns and throws as
// above.
std::string end_sessions(const config::Settings& settings, const std::string& user_name);

}  // namespace chat::process
