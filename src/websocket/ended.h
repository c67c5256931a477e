// How the reader's parts tell each other that the session wants no more, on the path of failures.
#pragma once

#include "websocket/failure.h"
#include "websocket/sink.h"

namespace chat::websocket {

// Not a failure: reading ends here in good order. Never leaves the Reader.
inline constexpr Failure kEnded{kNormal, {}};

constexpr const Failure* ended_by(Next next) { return next == Next::stop ? &kEnded : nullptr; }

}  // namespace chat::websocket
