// What a user notes of conversations, shared by all devices: read up to, pinned, muted.
#pragma once

#include "coro/task.h"
#include "features/services.h"
#include "protocol/messages.h"
#include "session/session.h"

namespace chat::features {

// 820. Refuses: bad_field, not_a_member, no_such_user, too_many_marks.
coro::Task<void> set_mark(Services& services, session::SessionPtr me,
                          protocol::ConversationMark request);

// 821: all marks of one's own.
coro::Task<void> list_marks(Services& services, session::SessionPtr me,
                            protocol::ConversationMarks request);

// Tells this worker's connections of a user what was noted.
void handle_marks(Services& services);

}  // namespace chat::features
