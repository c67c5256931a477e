#include "store/calls.h"

#include <string_view>
#include <utility>

#include "store/lua_common.h"

namespace chat::store {
namespace {

// call_of(id): owner, target, is_group, video and started, or an empty table. invited(call, user).
// depart(id, user), remembered in `rtc_left:ID`: whoever left is out of reach until joining again.
// finish(id): ends a call and returns who was inside.
constexpr std::string_view kCalls = R"lua(
local function call_of(id)
  return redis.call('HMGET', 'rtc_call:' .. id, 'owner', 'target', 'is_group', 'video', 'started')
end

local function invited(call, user)
  if call[1] == user then return true end
  if call[3] ~= '1' then return call[2] == user end
  return redis.call('ZSCORE', 'group_members:group_id:' .. call[2], user) and true or false
end

local function enter(id, user)
  redis.call('ZADD', 'rtc_room:' .. id, seconds_text(now_us()), user)
  redis.call('SADD', 'rtc_user:user_id:' .. user, id)
  redis.call('SREM', 'rtc_left:' .. id, user)
end

local function depart(id, user)
  redis.call('ZREM', 'rtc_room:' .. id, user)
  redis.call('SREM', 'rtc_user:user_id:' .. user, id)
  redis.call('SADD', 'rtc_left:' .. id, user)
end

local function finish(id)
  local members = redis.call('ZRANGE', 'rtc_room:' .. id, 0, -1)
  for _, user in ipairs(members) do depart(id, user) end
  redis.call('DEL', 'rtc_call:' .. id, 'rtc_left:' .. id)
  return members
end
)lua";

// ARGV: owner, target, is_group, video. Returns the time it started.
const Script open_call{lua::kBasics, kCalls, R"lua(
local owner, target = ARGV[1], ARGV[2]
if ARGV[3] == '1' then
  if not redis.call('ZSCORE', 'group_members:group_id:' .. target, owner) then
    return refuse('not_a_member')
  end
elseif redis.call('EXISTS', 'user_id:' .. target) == 0 then
  return refuse('no_such_user')
end
finish(owner)
local started = seconds_text(now_us())
redis.call('HSET', 'rtc_call:' .. owner, 'owner', owner, 'target', target, 'is_group', ARGV[3],
           'video', ARGV[4], 'started', started)
enter(owner, owner)
return started
)lua"};

// ARGV: call, user, most members. Returns who was inside before.
const Script join_call{lua::kBasics, kCalls, R"lua(
local id, user = ARGV[1], ARGV[2]
local call = call_of(id)
if not call[1] then return refuse('no_such_call') end
if not invited(call, user) then return refuse('not_allowed') end
local others = {}
for _, member in ipairs(redis.call('ZRANGE', 'rtc_room:' .. id, 0, -1)) do
  if member ~= user then others[#others + 1] = member end
end
if not redis.call('ZSCORE', 'rtc_room:' .. id, user) then
  if #others >= tonumber(ARGV[3]) then return refuse('call_full') end
  enter(id, user)
end
return others
)lua"};

// ARGV: call, user. Returns {call, {who remains, …}}, or nil for one who was not inside.
const Script leave_call{lua::kBasics, kCalls, R"lua(
local id, user = ARGV[1], ARGV[2]
if not redis.call('ZSCORE', 'rtc_room:' .. id, user) then return false end
local call = call_of(id)
depart(id, user)
local members = redis.call('ZRANGE', 'rtc_room:' .. id, 0, -1)
if #members == 0 then finish(id) end
return {call, members}
)lua"};

// ARGV: call, user. Returns who was inside.
const Script close_call{lua::kBasics, kCalls, R"lua(
local call = call_of(ARGV[1])
if not call[1] then return refuse('no_such_call') end
if call[1] ~= ARGV[2] then return refuse('not_allowed') end
return finish(ARGV[1])
)lua"};

// ARGV: two users.
const Script in_one_call{lua::kBasics, kCalls, R"lua(
local function reaches(from, to)
  for _, id in ipairs(redis.call('SMEMBERS', 'rtc_user:user_id:' .. from)) do
    if redis.call('ZSCORE', 'rtc_room:' .. id, to) then return true end
    if invited(call_of(id), to) and redis.call('SISMEMBER', 'rtc_left:' .. id, to) == 0 then
      return true
    end
  end
  return false
end
return (reaches(ARGV[1], ARGV[2]) or reaches(ARGV[2], ARGV[1])) and 1 or 0
)lua"};

// From the fields in the order of call_of().
Call call_of(std::string id, const Reply& fields) {
  Call call;
  call.id = std::move(id);
  call.owner = fields.at(0).text;
  call.target = fields.at(1).text;
  call.is_group = fields.at(2).number() != 0;
  call.video = fields.at(3).number() != 0;
  call.started = fields.at(4).real();
  return call;
}

}  // namespace

coro::Task<Call> Calls::open(std::string owner, std::string target, bool is_group, bool video) {
  const Reply started = co_await redis_.run(open_call, owner, target, is_group, video);
  Call call;
  call.id = owner;
  call.owner = std::move(owner);
  call.target = std::move(target);
  call.is_group = is_group;
  call.video = video;
  call.started = started.real();
  co_return call;
}

coro::Task<std::optional<Call>> Calls::find(std::string call_id) {
  const Reply fields = co_await redis_.command("HMGET", "rtc_call:" + call_id, "owner", "target",
                                               "is_group", "video", "started");
  if (fields.at(0).is_nil()) co_return std::nullopt;
  co_return call_of(std::move(call_id), fields);
}

coro::Task<std::vector<std::string>> Calls::join(std::string call_id, std::string user) {
  const Reply others = co_await redis_.run(join_call, call_id, user, max_members_);
  co_return others.texts();
}

coro::Task<std::optional<LeftCall>> Calls::leave(std::string call_id, std::string user) {
  const Reply reply = co_await redis_.run(leave_call, call_id, user);
  if (reply.is_nil()) co_return std::nullopt;
  LeftCall left;
  left.call = call_of(std::move(call_id), reply.at(0));
  left.members = reply.at(1).texts();
  left.ended = left.members.empty();
  co_return left;
}

coro::Task<std::vector<std::string>> Calls::close(std::string call_id, std::string user) {
  const Reply members = co_await redis_.run(close_call, call_id, user);
  co_return members.texts();
}

coro::Task<std::vector<std::string>> Calls::members(std::string call_id) {
  const Reply list = co_await redis_.command("ZRANGE", "rtc_room:" + call_id, 0, -1);
  co_return list.texts();
}

coro::Task<bool> Calls::share_call(std::string user_a, std::string user_b) {
  const Reply shared = co_await redis_.run(in_one_call, user_a, user_b);
  co_return shared.number() != 0;
}

coro::Task<std::vector<std::string>> Calls::calls_of(std::string user) {
  const Reply calls = co_await redis_.command("SMEMBERS", "rtc_user:user_id:" + user);
  co_return calls.texts();
}

}  // namespace chat::store
