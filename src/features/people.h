// Asking who is there.
#pragma once

#include "coro/task.h"
#include "features/services.h"
#include "protocol/messages.h"
#include "session/session.h"

namespace chat::features {

// 202: one page of those online.
coro::Task<void> list_online(Services& services, session::SessionPtr me,
                             protocol::UserList request);

// 203: one user, known or not.
coro::Task<void> query_user(Services& services, session::SessionPtr me,
                            protocol::UserQuery request);

// 219: users by their ids, or by how their names begin. Refuses: rate_limited, bad_field.
coro::Task<void> find_people(Services& services, session::SessionPtr me, protocol::People request);

// 213: how many are online.
coro::Task<void> count_online(Services& services, session::SessionPtr me,
                              protocol::OnlineTotal request);

}  // namespace chat::features
