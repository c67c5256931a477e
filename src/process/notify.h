// What the server tells the service manager that started it (sd_notify(3)), if one listens.
#pragma once

#include <string_view>

namespace chat::process {

// Sends the state, as "READY=1", to the socket that the environment variable NOTIFY_SOCKET names.
// Does nothing without one; never blocks, and a manager that does not listen is no failure.
void notify(std::string_view state);

}  // namespace chat::process
