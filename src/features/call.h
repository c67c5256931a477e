// Calls as msgpack clients have them, types 610 to 630; docs/calls.md has the rules. The media
// never come here.
#pragma once

#include <string_view>

#include "coro/task.h"
#include "features/services.h"
#include "protocol/messages.h"
#include "session/session.h"

namespace chat::features {

// Each answers as protocol/requests.def says, or throws Rejected with a refusal named there.
coro::Task<void> start_call(Services& services, session::SessionPtr me,
                            protocol::CallStart request);
coro::Task<void> join_call(Services& services, session::SessionPtr me, protocol::CallJoin request);
coro::Task<void> decline_call(Services& services, session::SessionPtr me,
                              protocol::CallDecline request);
coro::Task<void> send_signal(Services& services, session::SessionPtr me,
                             protocol::CallSend request);
coro::Task<void> leave_call(Services& services, session::SessionPtr me,
                            protocol::CallLeave request);
coro::Task<void> invite_to_call(Services& services, session::SessionPtr me,
                                protocol::CallInvite request);
coro::Task<void> remove_from_call(Services& services, session::SessionPtr me,
                                  protocol::CallRemove request);
coro::Task<void> list_calls(Services& services, session::SessionPtr me, protocol::CallList request);
coro::Task<void> change_media(Services& services, session::SessionPtr me,
                              protocol::CallMedia request);
coro::Task<void> enter_room(Services& services, session::SessionPtr me, protocol::CallRoom request);
coro::Task<void> set_quiet(Services& services, session::SessionPtr me,
                           protocol::DoNotDisturb request);

// Hands a signal to its receiver among this worker's clients, as store::Signals brings it.
void deliver_signal(Services& services, std::string_view published);

// Signals to this worker were lost: those inside calls reconnect and say how far they got.
void resume_calls(Services& services);

}  // namespace chat::features
