// Calls: who is asked, who is in, and the signals between them. The media never come here.
#pragma once

#include <string>

#include "coro/task.h"
#include "features/services.h"
#include "protocol/messages.h"
#include "session/session.h"

namespace chat::features {

// 600: opens a call to a user or to a group. Refuses: no_such_user, not_a_member.
coro::Task<void> open_call(Services& services, session::SessionPtr me, protocol::RtcCreate request);

// 601. Refuses: no_such_call, not_allowed, call_full.
coro::Task<void> join_call(Services& services, session::SessionPtr me, protocol::RtcJoin request);

// 602: passes a signal on, as it came. Refuses: not_in_call.
coro::Task<void> signal_call(Services& services, session::SessionPtr me,
                             protocol::RtcSignal request);

// 604: the owner ends the call, another member leaves it, somebody invited declines it. Refuses:
// no_such_call, not_in_call.
coro::Task<void> leave_call(Services& services, session::SessionPtr me, protocol::RtcClose request);

// Takes a user whose last connection is gone out of their calls and tells the others. Throws what
// the store throws.
coro::Task<void> drop_from_calls(Services& services, std::string user_id);

}  // namespace chat::features
