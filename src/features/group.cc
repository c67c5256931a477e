#include "features/group.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/ids.h"
#include "features/answer.h"
#include "features/conversation_name.h"
#include "features/file_access.h"
#include "features/group_change.h"
#include "features/shared_file.h"
#include "features/text_rules.h"
#include "protocol/stored_message.h"

namespace chat::features {

using protocol::GroupChanged;
using protocol::GroupCreated;
using protocol::Wire;
using session::Session;

namespace {

constexpr std::size_t kFewestMembers = 2;  // beside the founder
constexpr char kJoined[] = "加入成功";
constexpr char kLeft[] = "退出成功";
constexpr char kDissolved[] = "解散成功";
constexpr char kInvited[] = "邀请已发送";
constexpr char kUpdated[] = "修改成功";
constexpr char kRemoved[] = "移除成功";

protocol::Group shown(const store::Group& group, bool with_id) {
  protocol::Group shown;
  shown.name = group.name;
  shown.admin_id = group.admin_id;
  shown.create_time = group.created;
  if (!group.avatar.empty()) shown.avatar = group.avatar;
  if (with_id) shown.id = group.id;
  return shown;
}

// In the same order, without repetitions and without `except`.
std::vector<std::string> distinct(const std::vector<std::string>& users,
                                  const std::string& except) {
  std::set<std::string_view> seen{except};
  std::vector<std::string> result;
  for (const std::string& user : users) {
    if (seen.insert(user).second) result.push_back(user);
  }
  return result;
}

void check_name(const Services& services, const std::string& name) {
  if (!is_presentable_name(name, services.settings.max_group_name_length))
    throw Rejected(Refusal::invalid_group_name);
}

// "" is no picture.
void check_avatar(const std::string& avatar) {
  const bool ours = !file_in(avatar).empty() && avatar.find('?') == std::string::npos;
  if (!avatar.empty() && !ours && !is_upload_path(avatar, "/upload/image/"))
    throw Rejected(Refusal::avatar_refused, "not the path of a picture");
}

void answer_done(Session& me, const protocol::Envelope& request, const char* text) {
  protocol::GroupDone done(request.type);
  done.sender_id = me.user_id();
  done.receiver_id = request.receiver_id;
  done.mess = text;
  answer(me, request, std::move(done));
}

// Who is out of a group is out of its call; none named: everybody.
coro::Task<void> drop_from_call(Services& services, SessionPtr me, std::string group_id,
                                std::vector<std::string> users) {
  store::Caller caller;
  caller.user = me->user_id();
  co_await services.calls.drop(std::move(caller), std::move(group_id), std::move(users));
}

}  // namespace

coro::Task<void> create_group(Services& services, SessionPtr me, protocol::GroupCreate request) {
  std::vector<std::string> members = distinct(request.mess.members, me->user_id());
  if (members.size() < kFewestMembers) throw Rejected(Refusal::group_too_small);
  check_name(services, request.mess.name);
  const std::string avatar = request.mess.avatar.value_or("");
  check_avatar(avatar);
  co_await open_picture(services, avatar, me->user_id());
  store::Group group;
  group.id = new_id();
  group.name = request.mess.name;
  group.admin_id = me->user_id();
  group.created = unix_now();
  group.avatar = avatar;
  GroupCreated created;
  created.sender_id = me->user_id();
  created.receiver_id = group.id;
  created.mess = shown(group, true);
  created.members = members;
  created.members.insert(created.members.begin(), me->user_id());
  created.conversation = common_name(group.id);
  created.trace_id = request.trace_id;
  protocol::StoredParts parts = protocol::stored_json_parts(created);
  std::string body = protocol::encode(Wire::v1, created);
  store::Entry entry;
  entry.head = std::move(parts.head);
  entry.tail = std::move(parts.tail);
  entry.body = std::move(body);
  co_await services.groups.create(group, members, entry);
}

coro::Task<void> list_groups(Services& services, SessionPtr me, protocol::GroupList request) {
  const auto groups = co_await services.groups.list_of(me->user_id());
  protocol::GroupListAnswer list;
  list.sender_id = me->user_id();
  list.receiver_id = request.receiver_id;
  for (const store::Group& group : groups)
    list.mess.entries.emplace_back(group.id, shown(group, false));
  answer(*me, request, std::move(list));
}

coro::Task<void> list_members(Services& services, SessionPtr me, protocol::GroupMembers request) {
  const bool member = co_await services.groups.is_member(request.mess.text, me->user_id());
  if (!member) throw Rejected(Refusal::not_a_member, request.mess.text);
  const auto members = co_await services.groups.members(request.mess.text);
  protocol::GroupMembersAnswer roster;
  roster.sender_id = me->user_id();
  roster.receiver_id = request.receiver_id;
  roster.mess.group_id = request.mess;
  for (const store::Member& each : members) {
    const store::Profile& profile = each.profile;
    roster.mess.members.push_back(
        {profile.id, profile.name, profile.role, profile.active, profile.avatar, each.joined});
  }
  answer(*me, request, std::move(roster));
}

coro::Task<void> group_info(Services& services, SessionPtr me, protocol::GroupInfo request) {
  const auto group = co_await services.groups.info(request.mess.text);
  protocol::GroupInfoAnswer info;
  info.sender_id = me->user_id();
  info.receiver_id = request.receiver_id;
  if (group) info.mess.value = shown(*group, true);
  answer(*me, request, std::move(info));
}

coro::Task<void> join_group(Services& services, SessionPtr me, protocol::GroupJoin request) {
  const std::string& group_id = request.mess.group_id.text;
  std::vector<std::string> users = distinct(request.mess.members, {});
  if (users.empty()) throw Rejected(Refusal::bad_field, "members must name somebody");
  const GroupChanged change = group_change(me->user_id(), group_id, "joined", users);
  store::Entry entry = entry_of(change);
  co_await services.groups.add_members(group_id, me->user_id(), users, std::move(entry));
  answer_done(*me, request, kJoined);
}

coro::Task<void> exit_group(Services& services, SessionPtr me, protocol::GroupExit request) {
  const std::string& group_id = request.mess.text;
  const std::vector<std::string> users(1, me->user_id());
  const GroupChanged change = group_change(me->user_id(), group_id, "left", users);
  store::Entry entry = entry_of(change);
  co_await services.groups.remove_members(group_id, me->user_id(), users, std::move(entry));
  co_await drop_from_call(services, me, group_id, users);
  answer_done(*me, request, kLeft);
}

coro::Task<void> dissolve_group(Services& services, SessionPtr me,
                                protocol::GroupDissolve request) {
  const std::string& group_id = request.mess.text;
  GroupChanged change = group_change(me->user_id(), group_id, "dissolved", {});
  change.timestamp = unix_now();
  const std::string body = protocol::encode(Wire::v1, change);
  co_await services.groups.dissolve(group_id, me->user_id(), body);
  std::vector<std::string> everybody;
  co_await drop_from_call(services, me, group_id, std::move(everybody));
  answer_done(*me, request, kDissolved);
}

coro::Task<void> update_group(Services& services, SessionPtr me, protocol::GroupUpdate request) {
  const protocol::GroupFacts& facts = request.mess;
  if (!facts.name && !facts.avatar) throw Rejected(Refusal::bad_field, "nothing to change");
  if (facts.name) check_name(services, *facts.name);
  if (facts.avatar) check_avatar(*facts.avatar);
  const auto before = co_await services.groups.info(facts.group_id);
  const std::string avatar = facts.avatar.value_or("");
  co_await open_picture(services, avatar, me->user_id());
  GroupChanged change = group_change(me->user_id(), facts.group_id, "renamed", {});
  change.mess.name = facts.name;
  change.mess.avatar = facts.avatar;
  store::Entry entry = entry_of(change);
  co_await services.groups.update(facts.group_id, me->user_id(), facts.name, facts.avatar,
                                  std::move(entry));
  if (before && facts.avatar) co_await hide_picture(services, before->avatar);
  answer_done(*me, request, kUpdated);
}

coro::Task<void> remove_from_group(Services& services, SessionPtr me,
                                   protocol::GroupRemove request) {
  const std::string& group_id = request.mess.group_id.text;
  const std::vector<std::string> users = distinct(request.mess.members, {});
  if (users.empty()) throw Rejected(Refusal::bad_field, "members must name somebody");
  if (std::ranges::find(users, me->user_id()) != users.end())
    throw Rejected(Refusal::not_allowed, "who removes themselves leaves by 1105");
  const GroupChanged change = group_change(me->user_id(), group_id, "removed", users);
  store::Entry entry = entry_of(change);
  co_await services.groups.remove_members(group_id, me->user_id(), users, std::move(entry));
  co_await drop_from_call(services, me, group_id, users);
  answer_done(*me, request, kRemoved);
}

coro::Task<void> invite_to_group(Services& services, SessionPtr me, protocol::GroupInvite request) {
  const std::string& group_id = request.mess.group_id.text;
  const std::vector<std::string> users = distinct(request.mess.members, me->user_id());
  if (users.empty()) throw Rejected(Refusal::bad_field, "members must name somebody else");
  const auto group = co_await services.groups.info(group_id);
  if (!group) throw Rejected(Refusal::no_such_group, group_id);
  if (users.size() > services.settings.max_group_members)
    throw Rejected(Refusal::group_too_large, group_id);
  std::vector<store::Invitation> invitations;
  for (const std::string& user : users) {
    protocol::GroupInvited invited;
    invited.sender_id = me->user_id();
    invited.receiver_id = user;
    invited.mess = shown(*group, true);
    invited.timestamp = unix_now();
    invited.trace_id = request.trace_id;
    invitations.push_back({user, protocol::encode(Wire::v1, invited)});
  }
  co_await services.groups.invite(group_id, me->user_id(), std::move(invitations));
  answer(*me, request, notice(protocol::type::system, kInvited));
}

void handle_groups(Services& services) {
  const auto for_each_session = [&services](const std::vector<std::string>& users, auto&& use) {
    for (const std::string& user : users) {
      for (Session* session : services.registry.of_user(user)) use(*session);
    }
  };
  const auto deliver = [&services, for_each_session](const auto& event,
                                                     const store::BusEntry& entry) {
    const std::string& group_id = event.receiver_id;
    services.file_access.forget(store::Conversation::group(group_id).key());
    for_each_session(entry.joined,
                     [&](Session& session) { services.registry.join_group(session, group_id); });
    services.bus.send(services.registry.of_group(group_id), event);
    for_each_session(entry.left,
                     [&](Session& session) { services.registry.leave_group(session, group_id); });
  };
  services.bus.handle<GroupCreated>(deliver);
  services.bus.handle<GroupChanged>([deliver](GroupChanged change, const store::BusEntry& entry) {
    if (!entry.admin_id.empty()) change.mess.admin_id = entry.admin_id;
    deliver(change, entry);
  });
}

}  // namespace chat::features
