// Calls as the PHP original's clients have them, types 600 to 605: the same calls as in call.h,
// seen by who knows of rooms named by their starters only.
#pragma once

#include "coro/task.h"
#include "features/services.h"
#include "protocol/messages.h"
#include "session/session.h"

namespace chat::features {

// 600: calls a user or a group. Refuses: no_such_user, not_a_member.
coro::Task<void> open_legacy_call(Services& services, session::SessionPtr me,
                                  protocol::RtcCreate request);

// 601. Refuses: no_such_call, not_allowed, call_full.
coro::Task<void> join_legacy_call(Services& services, session::SessionPtr me,
                                  protocol::RtcJoin request);

// 602: passes a signal on, as it came, or declines. Refuses: not_in_call.
coro::Task<void> signal_legacy_call(Services& services, session::SessionPtr me,
                                    protocol::RtcSignal request);

// 604: the starter ends the call, another member leaves it, somebody called declines it. Refuses:
// no_such_call, not_in_call.
coro::Task<void> leave_legacy_call(Services& services, session::SessionPtr me,
                                   protocol::RtcClose request);

}  // namespace chat::features
