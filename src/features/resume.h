// A client that is back: what it missed, conversation by conversation, and a mark at the end.
//
// Logging in subscribed it already, so nothing falls between what is read here and what comes live;
// what comes both ways has the same number.
#pragma once

#include <cstddef>

#include "coro/task.h"
#include "features/services.h"
#include "protocol/messages.h"
#include "session/session.h"

namespace chat::features {

// How many conversations a client is told of by itself, and may name: as many as may be named, and
// fit into one message.
std::size_t most_places(const config::Settings& settings);

// Refuses: rate_limited, bad_field.
coro::Task<void> resume(Services& services, session::SessionPtr me, protocol::Resume request);

}  // namespace chat::features
