// Messages to the lobby, to groups and between two users.
#pragma once

#include "coro/task.h"
#include "features/services.h"
#include "protocol/messages.h"
#include "session/session.h"

namespace chat::features {

// 100, 300, 400, 500, 1000: to the lobby or to a group. Refuses: empty_message, bad_field,
// disabled, not_a_member, id_taken, no_such_file, storage_unavailable.
coro::Task<void> send_common(Services& services, session::SessionPtr me,
                             protocol::SendCommon request);

// 103, 303, 403, 503, 1003: to one user. Refuses also: no_such_user.
coro::Task<void> send_personal(Services& services, session::SessionPtr me,
                               protocol::SendPersonal request);

// The text of a message. Refuses: empty_message, bad_field.
protocol::Value checked_text(protocol::Value mess);

// What one user may store.
store::MessageRate message_rate(const config::Settings& settings);

// 110 to the sender of `request`, which is stored now; legacy clients get none.
void acknowledge(session::Session& me, const protocol::Envelope& request, std::string conversation,
                 const store::Stored& stored);

// Delivers stored messages to this worker's clients.
void handle_messages(Services& services);

}  // namespace chat::features
