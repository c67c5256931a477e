// Groups: founding, asking about, joining, leaving and dissolving them.
#pragma once

#include "coro/task.h"
#include "features/services.h"
#include "protocol/messages.h"
#include "session/session.h"

namespace chat::features {

// 1100. Refuses: group_too_small, group_too_large, invalid_group_name, no_such_user.
coro::Task<void> create_group(Services& services, session::SessionPtr me,
                              protocol::GroupCreate request);

// 1101: one's own groups.
coro::Task<void> list_groups(Services& services, session::SessionPtr me,
                             protocol::GroupList request);

// 1102. Refuses: not_a_member.
coro::Task<void> list_members(Services& services, session::SessionPtr me,
                              protocol::GroupMembers request);

// 1103: one group, or null.
coro::Task<void> group_info(Services& services, session::SessionPtr me,
                            protocol::GroupInfo request);

// 1104: the administrator adds members, somebody invited adds themselves. Refuses:
// not_group_admin, no_such_group, no_such_user, group_too_large.
coro::Task<void> join_group(Services& services, session::SessionPtr me,
                            protocol::GroupJoin request);

// 1105. Refuses: not_a_member, no_such_group.
coro::Task<void> exit_group(Services& services, session::SessionPtr me,
                            protocol::GroupExit request);

// 1106. Refuses: dissolve_refused.
coro::Task<void> dissolve_group(Services& services, session::SessionPtr me,
                                protocol::GroupDissolve request);

// 1109: another name or picture. Refuses: not_group_admin, no_such_group, invalid_group_name,
// avatar_refused.
coro::Task<void> update_group(Services& services, session::SessionPtr me,
                              protocol::GroupUpdate request);

// 1110: the administrator takes others out. Refuses: not_allowed, not_group_admin, no_such_group,
// not_a_member.
coro::Task<void> remove_from_group(Services& services, session::SessionPtr me,
                                   protocol::GroupRemove request);

// 1107: lets people join by themselves. Refuses: as join_group.
coro::Task<void> invite_to_group(Services& services, session::SessionPtr me,
                                 protocol::GroupInvite request);

// Keeps the registry in step with what the bus says of groups, and tells their members.
void handle_groups(Services& services);

}  // namespace chat::features
