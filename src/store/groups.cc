#include "store/groups.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/rejected.h"
#include "store/groups_scripts.h"
#include "store/profile_reply.h"

namespace chat::store {
namespace {

// As PHP wrote it: `/` escaped.
std::string php_text(const nlohmann::ordered_json& json) {
  std::string text;
  for (const char c : json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)) {
    if (c == '/') text += '\\';
    text += c;
  }
  return text;
}

// Nothing for nothing.
std::string php_text(const std::optional<std::string>& text) {
  return text ? php_text(nlohmann::ordered_json(*text)) : std::string();
}

// The avatar only when there is one.
std::string json_of(const Group& group) {
  nlohmann::ordered_json json;
  json["name"] = group.name;
  json["admin_id"] = group.admin_id;
  json["create_time"] = group.created;
  if (!group.avatar.empty()) json["avatar"] = group.avatar;
  return php_text(json);
}

// Nothing when the text is no group: a hand edit must not take the whole list away.
std::optional<Group> group_of(std::string id, const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto text_at = [&json](const char* field) {
    const auto found = json.find(field);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  Group group;
  group.id = std::move(id);
  group.name = text_at("name");
  group.admin_id = text_at("admin_id");
  group.avatar = text_at("avatar");
  const auto created = json.find("create_time");
  if (created != json.end() && created->is_number()) group.created = created->get<double>();
  return group;
}

// Appends each of `users` that `arguments` does not hold yet from position `from` on.
void append_distinct(std::vector<std::string>& arguments, std::size_t from,
                     const std::vector<std::string>& users) {
  for (const std::string& user : users) {
    const auto begin = arguments.begin() + static_cast<std::ptrdiff_t>(from);
    if (std::find(begin, arguments.end(), user) == arguments.end()) arguments.push_back(user);
  }
}

std::string members_key(const std::string& group_id) {
  return "group_members:group_id:" + group_id;
}

}  // namespace

Stored Groups::stored(const std::string& group_id, const Reply& reply) {
  Stored stored;
  stored.seq = static_cast<std::uint64_t>(reply.at(0).number());
  stored.timestamp = reply.at(1).real();
  stored.epoch = reply.at(2).text;
  if (stored.seq != 0) newest_.note(Conversation::group(group_id).key(), reply.at(1).text);
  return stored;
}

coro::Task<Stored> Groups::create(Group group, std::vector<std::string> members, Entry first) {
  if (members.size() > limits_.max_members) throw Rejected(Refusal::group_too_large);
  std::vector<std::string> arguments{std::to_string(bus_length_),
                                     std::to_string(limits_.max_members),
                                     std::to_string(limits_.max_groups_per_user),
                                     group.id,
                                     json_of(group),
                                     first.head,
                                     first.tail,
                                     first.body};
  const std::size_t before = arguments.size();
  arguments.push_back(group.admin_id);
  append_distinct(arguments, before, members);
  const Reply reply = co_await writes_.run(scripts::create_group, std::move(arguments));
  co_return stored(group.id, reply);
}

coro::Task<std::optional<Group>> Groups::info(std::string group_id) {
  const Reply json = co_await redis_.command("HGET", "groups", group_id);
  co_return group_of(std::move(group_id), json.text);
}

coro::Task<std::vector<Group>> Groups::list_of(std::string user_id) {
  const Reply reply = co_await redis_.run(scripts::list_groups, user_id);
  std::vector<Group> groups;
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2) {
    std::optional<Group> group = group_of(reply.items[i].text, reply.items[i + 1].text);
    if (group) groups.push_back(std::move(*group));
  }
  co_return groups;
}

coro::Task<std::vector<Member>> Groups::members(std::string group_id) {
  Reply reply = co_await redis_.run(scripts::list_members, group_id);
  std::vector<Member> members;
  members.reserve(reply.items.size());
  for (Reply& item : reply.items) {
    Member member;
    member.joined = item.at(kProfileFields).real();
    member.profile = profile_of(std::move(item));
    members.push_back(std::move(member));
  }
  co_return members;
}

coro::Task<std::vector<std::string>> Groups::member_ids(std::string group_id) {
  const Reply list = co_await redis_.command("ZRANGE", members_key(group_id), 0, -1);
  co_return list.texts();
}

coro::Task<bool> Groups::is_member(std::string group_id, std::string user_id) {
  const Reply score = co_await redis_.command("ZSCORE", members_key(group_id), user_id);
  co_return !score.is_nil();
}

coro::Task<Joined> Groups::add_members(std::string group_id, std::string actor,
                                       std::vector<std::string> users, Entry entry) {
  if (users.size() > limits_.max_members) throw Rejected(Refusal::group_too_large);
  std::vector<std::string> arguments{std::to_string(bus_length_),
                                     std::to_string(limits_.max_members),
                                     std::to_string(limits_.max_groups_per_user),
                                     std::to_string(limits_.invitation.count()),
                                     group_id,
                                     actor,
                                     entry.head,
                                     entry.tail,
                                     entry.body};
  append_distinct(arguments, arguments.size(), users);
  const Reply reply = co_await writes_.run(scripts::add_members, std::move(arguments));
  Joined joined;
  joined.stored = stored(group_id, reply);
  joined.added = reply.at(3).texts();
  co_return joined;
}

coro::Task<Left> Groups::remove_members(std::string group_id, std::string actor,
                                        std::vector<std::string> users, Entry entry) {
  if (users.size() > limits_.max_members) throw Rejected(Refusal::not_a_member);
  std::vector<std::string> arguments{
      std::to_string(bus_length_), group_id, actor, entry.head, entry.tail, entry.body};
  append_distinct(arguments, arguments.size(), users);
  const Reply reply = co_await writes_.run(scripts::remove_members, std::move(arguments));
  Left left;
  left.stored = stored(group_id, reply);
  left.dissolved = left.stored.seq == 0;
  left.admin_id = reply.at(3).text;
  co_return left;
}

coro::Task<Stored> Groups::update(std::string group_id, std::string actor,
                                  std::optional<std::string> name,
                                  std::optional<std::string> avatar, Entry entry) {
  const Reply reply =
      co_await writes_.run(scripts::update_group, bus_length_, group_id, actor, php_text(name),
                           php_text(avatar), entry.head, entry.tail, entry.body);
  co_return stored(group_id, reply);
}

coro::Task<std::vector<std::string>> Groups::dissolve(std::string group_id, std::string actor,
                                                      std::string body) {
  const Reply members =
      co_await writes_.run(scripts::dissolve_group, bus_length_, group_id, actor, body);
  co_return members.texts();
}

coro::Task<bool> Groups::remove_dissolved() {
  const Reply more = co_await redis_.run(scripts::remove_dissolved);
  co_return more.number() != 0;
}

coro::Task<void> Groups::invite(std::string group_id, std::string actor,
                                std::vector<Invitation> invitations) {
  std::vector<std::string> arguments{std::to_string(bus_length_), std::move(group_id),
                                     std::move(actor), std::to_string(limits_.max_members),
                                     std::to_string(limits_.invitation.count())};
  for (Invitation& invitation : invitations) {
    arguments.push_back(std::move(invitation.user));
    arguments.push_back(std::move(invitation.body));
  }
  co_await writes_.run(scripts::invite_to_group, std::move(arguments));
}

}  // namespace chat::store
