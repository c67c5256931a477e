// Changing what was said: another text, or nothing at all any more.
//
// The message keeps its place, number and time; an entry of the conversation, numbered like a
// message, tells of the change (120, 121), so clients learn of it live and when they resume.
#pragma once

#include "coro/task.h"
#include "features/services.h"
#include "protocol/messages.h"
#include "session/session.h"

namespace chat::features {

// 120. Refuses: bad_field, empty_message, no_such_message, not_allowed, too_late, and as
// send_common and send_personal.
coro::Task<void> edit_message(Services& services, session::SessionPtr me,
                              protocol::MessageEdit request);

// 121. Refuses: bad_field, no_such_message, not_allowed, too_late, and as send_common and
// send_personal.
coro::Task<void> recall_message(Services& services, session::SessionPtr me,
                                protocol::MessageRecall request);

}  // namespace chat::features
