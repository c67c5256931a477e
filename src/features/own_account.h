// What users do about their own account: the password, and the sessions that are open.
#pragma once

#include "coro/task.h"
#include "features/services.h"
#include "protocol/messages.h"
#include "session/session.h"

namespace chat::features {

// 216: a new password; every other session of the user ends. Refuses: wrong_password,
// invalid_password, login_limited, busy.
coro::Task<void> change_password(Services& services, session::SessionPtr me,
                                 protocol::PasswordChange request);

// 217
coro::Task<void> list_sessions(Services& services, session::SessionPtr me,
                               protocol::SessionList request);

// 218: ends one of the user's own sessions, with its connections. Refuses: no_such_session.
coro::Task<void> end_session(Services& services, session::SessionPtr me,
                             protocol::SessionEnd request);

}  // namespace chat::features
