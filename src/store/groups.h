// Groups and who belongs to them.
//
// `groups` (id → JSON), `group_members:group_id:ID` and `user_groups:user_id:ID` as the PHP
// original keeps them; `group_invited:group_id:ID` has the users who may join by themselves, and
// since when, and goes when the last of these invitations has lapsed.
// Every change of membership is an entry of the group's conversation, stored, numbered and posted
// to the audience "g:ID" by the same script that makes the change. What is left of dissolved groups
// is removed a little at a time: `groups:dissolved` is the set of those that have something left,
// `group_dissolved:ID` tells of each for a day.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "coro/task.h"
#include "store/messages.h"
#include "store/redis.h"
#include "store/users.h"

namespace chat::store {

struct Group {
  std::string id;
  std::string name;
  std::string admin_id;
  double created = 0;  // seconds since 1970
  std::string avatar;  // empty: none
};

struct Member {
  Profile profile;
  double joined = 0;  // seconds since 1970
};

struct Joined {
  std::vector<std::string> added;  // those who were not members before
  Stored stored;                   // seq 0 when nobody was added
};

struct Left {
  bool dissolved = false;  // nobody remained
  std::string admin_id;    // after the change
  Stored stored;           // seq 0 when dissolved
};

struct Invitation {
  std::string user;
  std::string body;  // what tells that user of it
};

struct GroupLimits {
  std::size_t max_members = 500;
  std::size_t max_groups_per_user = 1000;
  std::chrono::seconds invitation{2'592'000};  // how long one stands
};

class Groups {
 public:
  // `newest` and `writes`: as in Messages, for every change.
  Groups(Redis& redis, std::size_t bus_length, GroupLimits limits, Newest& newest,
         Redis* writes = nullptr)
      : redis_(redis),
        writes_(writes == nullptr ? redis : *writes),
        bus_length_(bus_length),
        newest_(newest),
        limits_(limits) {}

  // Limits for the changes to come.
  void set_limits(GroupLimits limits) { limits_ = limits; }

  // Makes a group of `group.admin_id` and `members`, with `first` as its first message. Throws
  // Rejected: `disabled`, `no_such_user`, `group_too_large`, `too_many_groups`, `id_taken` (draw
  // another group id).
  coro::Task<Stored> create(Group group, std::vector<std::string> members, Entry first);

  coro::Task<std::optional<Group>> info(std::string group_id);

  // The groups of a user in the order of joining.
  coro::Task<std::vector<Group>> list_of(std::string user_id);

  // In the order of joining; one round trip. Empty when there is no such group.
  coro::Task<std::vector<Member>> members(std::string group_id);

  coro::Task<std::vector<std::string>> member_ids(std::string group_id);
  coro::Task<bool> is_member(std::string group_id, std::string user_id);

  // `actor` is the group's administrator, or adds only itself and is invited. Throws Rejected:
  // `no_such_group`, `not_group_admin`, `no_such_user`, `group_too_large`, `too_many_groups`.
  coro::Task<Joined> add_members(std::string group_id, std::string actor,
                                 std::vector<std::string> users, Entry entry);

  // `actor` leaves by itself when `users` is nobody else, or is the administrator who takes others
  // out, all of them or nobody. When the administrator leaves, the member that joined first takes
  // over, which the entry tells as `admin_id` of its `mess`; the last one dissolves the group.
  // Throws Rejected: `no_such_group`, `not_a_member`, `not_group_admin`, `not_allowed` (both at
  // once).
  coro::Task<Left> remove_members(std::string group_id, std::string actor,
                                  std::vector<std::string> users, Entry entry);

  // Gives the group another name or picture ("" for none); what is absent stays. Throws Rejected:
  // `no_such_group`, `not_group_admin`.
  coro::Task<Stored> update(std::string group_id, std::string actor,
                            std::optional<std::string> name, std::optional<std::string> avatar,
                            Entry entry);

  // Returns who the members were; `body` is posted to the audience "g:ID". From here on nobody can
  // read the messages, which remove_dissolved() takes away. Throws Rejected: `dissolve_refused`
  // unless `actor` is the administrator.
  coro::Task<std::vector<std::string>> dissolve(std::string group_id, std::string actor,
                                                std::string body);

  // Removes some of what is left of the groups that are dissolved: messages and the ids they were
  // sent with, as much as keeps Redis free for others, and as often as all workers together may.
  // False when nothing is left.
  coro::Task<bool> remove_dissolved();

  // Lets users join by themselves for a while, all or none of them; each one's `body` is posted to
  // "u:USER" unless an invitation stood already, which stands longer then. Throws Rejected:
  // `no_such_group`, `not_group_admin`, `no_such_user`, `group_too_large` (more invitations than
  // members allowed).
  coro::Task<void> invite(std::string group_id, std::string actor,
                          std::vector<Invitation> invitations);

 private:
  Stored stored(const std::string& group_id, const Reply& reply);

  Redis& redis_;
  Redis& writes_;
  std::size_t bus_length_;
  Newest& newest_;
  GroupLimits limits_;
};

}  // namespace chat::store
