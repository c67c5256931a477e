// Logging in and out by message.
#pragma once

#include <string>

#include "coro/task.h"
#include "features/services.h"
#include "protocol/messages.h"
#include "session/session.h"

namespace chat::features {

// 204: an unknown name is registered, a known one logged in. Refuses as admit_by_password().
coro::Task<void> register_or_log_in(Services& services, session::SessionPtr me,
                                    protocol::Register request);

// 205: logs in by the session that the message names or else the handshake's cookie. Refuses:
// login_required, disabled.
coro::Task<void> log_in(Services& services, session::SessionPtr me, protocol::Login request);

// 215: ends the session, and every connection that uses it.
coro::Task<void> log_out(Services& services, session::SessionPtr me, protocol::Logout request);

// Makes the user of a live session the user of this connection without an answer, as for a client
// that sends before it says 205. Refuses: login_required, disabled, and not_allowed when somebody
// else is logged in here.
coro::Task<void> adopt_session(Services& services, session::SessionPtr me, std::string token);

}  // namespace chat::features
