// Reading what was said: by time, as the original, or by number.
#pragma once

#include "coro/task.h"
#include "features/services.h"
#include "protocol/messages.h"
#include "session/session.h"

namespace chat::features {

// 800: of the lobby, or of a group for its members. Refuses: not_a_member.
coro::Task<void> history_common(Services& services, session::SessionPtr me,
                                protocol::HistoryCommon request);

// 801: of the conversation with one user.
coro::Task<void> history_personal(Services& services, session::SessionPtr me,
                                  protocol::HistoryPersonal request);

}  // namespace chat::features
