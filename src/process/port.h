// The port of a server: bound anew, or the one of the server that it replaces.
#pragma once

#include "config/settings.h"
#include "net/listener.h"
#include "process/predecessor.h"

namespace chat::process {

// Takes the socket of `predecessor` (nullptr: there is none) when it listens where `settings` want
// it. Else binds one, which beside that of a predecessor does not listen yet, and closes the
// inherited one: nobody would accept there. Waits for the workers of a killed master to let go of
// the port. Throws StartError (ExitCode::port).
net::Listener open_port(const config::Settings& settings, Predecessor* predecessor);

}  // namespace chat::process
