// Calls: who is in one, and who may exchange signals.
//
// `rtc_room:ID` (members by join time, as the PHP original) and `rtc_call:ID` (hash: owner, target,
// is_group, video, started); `rtc_user:user_id:ID` leads from a user to its calls and
// `rtc_left:ID` holds who was inside and left. The id of a call
// is its owner's user id. Invited are the target user, or all members of the target group.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coro/task.h"
#include "store/redis.h"

namespace chat::store {

struct Call {
  std::string id;
  std::string owner;
  std::string target;  // a user or a group
  bool is_group = false;
  bool video = false;
  double started = 0;  // seconds since 1970
};

struct LeftCall {
  Call call;
  bool ended = false;                // nobody remained
  std::vector<std::string> members;  // those who remain
};

class Calls {
 public:
  // `max_members`: people in one call.
  Calls(Redis& redis, std::size_t max_members) : redis_(redis), max_members_(max_members) {}

  void set_max_members(std::size_t max_members) { max_members_ = max_members; }

  // Opens a call with its owner inside; an earlier call of that owner ends. Throws Rejected:
  // `not_a_member` (of the group), `no_such_user`.
  coro::Task<Call> open(std::string owner, std::string target, bool is_group, bool video);

  coro::Task<std::optional<Call>> find(std::string call_id);

  // Returns those who were inside before, first comers first. Throws Rejected: `no_such_call`,
  // `not_allowed` (not invited), `call_full`.
  coro::Task<std::vector<std::string>> join(std::string call_id, std::string user);

  // Nothing when the user was not inside.
  coro::Task<std::optional<LeftCall>> leave(std::string call_id, std::string user);

  // The owner ends the call for all. Returns those who were inside. Throws Rejected:
  // `no_such_call`, `not_allowed`.
  coro::Task<std::vector<std::string>> close(std::string call_id, std::string user);

  coro::Task<std::vector<std::string>> members(std::string call_id);

  // True when one of the two is in a call and the other is in it too or invited to it.
  coro::Task<bool> share_call(std::string user_a, std::string user_b);

  // Ids of the calls a user is in.
  coro::Task<std::vector<std::string>> calls_of(std::string user);

 private:
  Redis& redis_;
  std::size_t max_members_;
};

}  // namespace chat::store
