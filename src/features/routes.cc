#include <algorithm>
#include <array>
#include <vector>

#include "features/account.h"
#include "features/admin.h"
#include "features/avatar.h"
#include "features/call.h"
#include "features/call_legacy.h"
#include "features/group.h"
#include "features/history.h"
#include "features/ice.h"
#include "features/mark.h"
#include "features/message.h"
#include "features/own_account.h"
#include "features/people.h"
#include "features/resume.h"
#include "features/revision.h"
#include "features/route.h"

namespace chat::features {
namespace {

template <class Request, auto Handler>
coro::Task<void> serve(Services& services, session::SessionPtr me, const protocol::Value& value) {
  return Handler(services, me, protocol::read_request<Request>(me->wire(), value));
}

// One route for each type of a family of requests.
template <class Request, auto Handler>
void add(std::vector<Route>& routes, Access access, Cost cost = Cost::request) {
  for (const int type : Request::kTypes)
    routes.push_back({type, access, cost, &serve<Request, Handler>});
}

std::vector<Route> make_routes() {
  std::vector<Route> routes;
  add<protocol::Register, register_or_log_in>(routes, Access::anybody);
  add<protocol::Login, log_in>(routes, Access::any_session);
  add<protocol::Logout, log_out>(routes, Access::user);
  add<protocol::PasswordChange, change_password>(routes, Access::user);
  add<protocol::SessionList, list_sessions>(routes, Access::user);
  add<protocol::SessionEnd, end_session>(routes, Access::user);

  add<protocol::UserList, list_online>(routes, Access::user);
  add<protocol::UserQuery, query_user>(routes, Access::user);
  add<protocol::People, find_people>(routes, Access::user);
  add<protocol::OnlineTotal, count_online>(routes, Access::user);
  add<protocol::UserRemove, remove_user>(routes, Access::user);
  add<protocol::AvatarUpload, set_avatar>(routes, Access::user);

  add<protocol::SendCommon, send_common>(routes, Access::sender);
  add<protocol::SendPersonal, send_personal>(routes, Access::sender);
  add<protocol::MessageEdit, edit_message>(routes, Access::sender);
  add<protocol::MessageRecall, recall_message>(routes, Access::sender);
  add<protocol::HistoryCommon, history_common>(routes, Access::user);
  add<protocol::HistoryPersonal, history_personal>(routes, Access::user);
  add<protocol::Resume, resume>(routes, Access::user);
  add<protocol::ConversationMark, set_mark>(routes, Access::user);
  add<protocol::ConversationMarks, list_marks>(routes, Access::user);

  add<protocol::GroupCreate, create_group>(routes, Access::user, Cost::change);
  add<protocol::GroupList, list_groups>(routes, Access::user);
  add<protocol::GroupMembers, list_members>(routes, Access::user);
  add<protocol::GroupInfo, group_info>(routes, Access::user);
  add<protocol::GroupJoin, join_group>(routes, Access::user, Cost::change);
  add<protocol::GroupExit, exit_group>(routes, Access::user, Cost::change);
  add<protocol::GroupDissolve, dissolve_group>(routes, Access::user, Cost::change);
  add<protocol::GroupInvite, invite_to_group>(routes, Access::user, Cost::change);
  add<protocol::GroupUpdate, update_group>(routes, Access::user, Cost::change);
  add<protocol::GroupRemove, remove_from_group>(routes, Access::user, Cost::change);

  add<protocol::RtcCreate, open_legacy_call>(routes, Access::user);
  add<protocol::RtcJoin, join_legacy_call>(routes, Access::user);
  add<protocol::RtcSignal, signal_legacy_call>(routes, Access::user);
  add<protocol::RtcClose, leave_legacy_call>(routes, Access::user);

  add<protocol::CallStart, start_call>(routes, Access::user);
  add<protocol::CallJoin, join_call>(routes, Access::user);
  add<protocol::CallDecline, decline_call>(routes, Access::user);
  add<protocol::CallSend, send_signal>(routes, Access::user);
  add<protocol::CallLeave, leave_call>(routes, Access::user);
  add<protocol::CallInvite, invite_to_call>(routes, Access::user);
  add<protocol::CallList, list_calls>(routes, Access::user);
  add<protocol::CallMedia, change_media>(routes, Access::user);
  add<protocol::CallRoom, enter_room>(routes, Access::user);
  add<protocol::IceServers, tell_ice_servers>(routes, Access::user);
  add<protocol::DoNotDisturb, set_quiet>(routes, Access::user);
  add<protocol::CallRemove, remove_from_call>(routes, Access::user);
  std::ranges::sort(routes, {}, &Route::type);
  return routes;
}

const std::vector<Route>& routes() {
  static const std::vector<Route> kRoutes = make_routes();
  return kRoutes;
}

}  // namespace

const Route* find_route(int type) {
  const auto found = std::ranges::lower_bound(routes(), type, {}, &Route::type);
  return found == routes().end() || found->type != type ? nullptr : &*found;
}

std::span<const Route> all_routes() { return routes(); }

}  // namespace chat::features
