// Keeping the place in order.
#pragma once

#include "coro/task.h"
#include "features/services.h"
#include "protocol/messages.h"
#include "session/session.h"

namespace chat::features {

// 209: disables a user and ends all its connections. The one who asks needs a role above 0 and
// above the other's. Refuses: remove_refused.
coro::Task<void> remove_user(Services& services, session::SessionPtr me,
                             protocol::UserRemove request);

// Delivers notices: those that end a connection (207, 209) do so here, on the connection's worker.
void handle_notices(Services& services);

}  // namespace chat::features
