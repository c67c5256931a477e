// The scripts of groups.cc. ARGV[1] is the bus length where they post.
#pragma once

#include <string_view>

#include "store/lua_common.h"
#include "store/script.h"

namespace chat::store::scripts {

// load(id): the group as a table and as text, or nil. enter(id, user, us), depart(id, user).
// arguments_from(place): those of ARGV from there on. in_as_many_as(user, most): whether that user
// is in so many groups. invited(id, user, life): whether that user may join, whose invitation
// stands for so many seconds. dissolve(id): the group is gone, whose members have departed.
inline constexpr std::string_view kGroups = R"lua(
local function members_key(id) return 'group_members:group_id:' .. id end
local function invited_key(id) return 'group_invited:group_id:' .. id end

local function load(id)
  local json = redis.call('HGET', 'groups', id)
  return json and cjson.decode(json), json
end

local function enter(id, user, us)
  local time = seconds_text(us)
  redis.call('ZADD', members_key(id), time, user)
  redis.call('ZADD', 'user_groups:user_id:' .. user, time, id)
end

local function depart(id, user)
  redis.call('ZREM', members_key(id), user)
  redis.call('ZREM', 'user_groups:user_id:' .. user, id)
  redis.call('HDEL', 'marks:user_id:' .. user, 'group:' .. id)
end

-- Lua's unpack() takes no more than 7,990.
local function arguments_from(place)
  local list = {}
  for i = place, #ARGV do list[#list + 1] = ARGV[i] end
  return list
end

local function known(user) return redis.call('EXISTS', 'user_id:' .. user) == 1 end

local function invited(id, user, life)
  local since = redis.call('ZSCORE', invited_key(id), user)
  return since and math.floor(now_us() / 1000000) - since < tonumber(life)
end

local function dissolve(id)
  redis.call('HDEL', 'groups', id)
  redis.call('DEL', invited_key(id))
  redis.call('SADD', 'groups:dissolved', id)
  redis.call('SET', 'group_dissolved:' .. id, 1, 'EX', 86400)
end

local function in_as_many_as(user, most)
  return redis.call('ZCARD', 'user_groups:user_id:' .. user) >= tonumber(most)
end
)lua";

// ARGV: bus length, most members, most groups of a user, id, JSON, head, tail, body, administrator,
// other members. Returns {seq, timestamp, epoch}.
inline const Script create_group{lua::kBasics, lua::kBus, lua::kConversations, kGroups, R"lua(
local id, key = ARGV[4], 'message:common_id:' .. ARGV[4]
local members = arguments_from(9)
if redis.call('HGET', 'user_id:' .. members[1], 'is_active') ~= '1' then return refuse('disabled') end
if #members > tonumber(ARGV[2]) then return refuse('group_too_large') end
for _, user in ipairs(members) do
  if not known(user) then return refuse('no_such_user') end
  if in_as_many_as(user, ARGV[3]) then return refuse('too_many_groups') end
end
-- An id means a user or a group, never both.
if redis.call('HEXISTS', 'groups', id) == 1 or redis.call('EXISTS', key) == 1 or known(id) then
  return refuse('id_taken')
end

local state, us = settle(key), now_us()
redis.call('HSET', 'groups', id, ARGV[5])
for place, user in ipairs(members) do enter(id, user, us + place - 1) end
store(key, state, ARGV[6], ARGV[7], 'g:' .. id, ARGV[8], 'j', table.concat(members, ','))
return {state.seq, state.timestamp, state.epoch}
)lua"};

// ARGV: user. Returns {id, JSON, id, JSON, …}.
inline const Script list_groups{R"lua(
local ids = redis.call('ZRANGE', 'user_groups:user_id:' .. ARGV[1], 0, -1)
local list = {}
for _, id in ipairs(ids) do
  local json = redis.call('HGET', 'groups', id)
  if json then
    list[#list + 1] = id
    list[#list + 1] = json
  end
end
return list
)lua"};

// ARGV: group. Returns {{profile…, join time}, …}.
inline const Script list_members{lua::kProfiles, kGroups, R"lua(
local list = {}
local members = redis.call('ZRANGE', members_key(ARGV[1]), 0, -1, 'WITHSCORES')
for i = 1, #members, 2 do
  local member = profile(members[i])
  if member then
    member[#member + 1] = members[i + 1]
    list[#list + 1] = member
  end
end
return list
)lua"};

// ARGV: bus length, most members, most groups of a user, life of an invitation in seconds, id,
// actor, head, tail, body, users. Returns {seq, timestamp, epoch, {added, …}}, seq 0 when all were
// members.
inline const Script add_members{lua::kBasics, lua::kBus, lua::kConversations, kGroups, R"lua(
local id, actor, key = ARGV[5], ARGV[6], 'message:common_id:' .. ARGV[5]
local users = arguments_from(10)
local group = load(id)
if not group then return refuse('no_such_group') end
if actor ~= group.admin_id then
  local comes = #users == 1 and users[1] == actor and invited(id, actor, ARGV[4])
  if not comes then return refuse('not_group_admin') end
end
local added = {}
for _, user in ipairs(users) do
  if not known(user) then return refuse('no_such_user') end
  if not redis.call('ZSCORE', members_key(id), user) then
    if in_as_many_as(user, ARGV[3]) then return refuse('too_many_groups') end
    added[#added + 1] = user
  end
end
if #added == 0 then return {0, '0', '', added} end
if redis.call('ZCARD', members_key(id)) + #added > tonumber(ARGV[2]) then
  return refuse('group_too_large')
end

local state, us = settle(key), now_us()
for place, user in ipairs(added) do
  enter(id, user, us + place - 1)
  redis.call('ZREM', invited_key(id), user)
end
store(key, state, ARGV[7], ARGV[8], 'g:' .. id, ARGV[9], 'j', table.concat(added, ','))
return {state.seq, state.timestamp, state.epoch, added}
)lua"};

// ARGV: bus length, id, actor, head, tail, body, users. Returns {seq, timestamp, epoch,
// administrator}, seq 0 when nobody remained.
inline const Script remove_members{lua::kBasics, lua::kBus, lua::kConversations, kGroups, R"lua(
local id, actor, head, key = ARGV[2], ARGV[3], ARGV[4], 'message:common_id:' .. ARGV[2]
local group, json = load(id)
if not group then return refuse('no_such_group') end
local leaves = #ARGV == 7 and ARGV[7] == actor
if not leaves and actor ~= group.admin_id then return refuse('not_group_admin') end
local users = {}
for place = 7, #ARGV do
  local user = ARGV[place]
  if user == actor and not leaves then return refuse('not_allowed') end
  if not redis.call('ZSCORE', members_key(id), user) then return refuse('not_a_member') end
  users[#users + 1] = user
end

local state = settle(key)
for _, user in ipairs(users) do depart(id, user) end
local left, heir = table.concat(users, ','), redis.call('ZRANGE', members_key(id), 0, 0)[1]
if not heir then
  dissolve(id)
  post('g:' .. id, 'b', ARGV[6], 'l', left)
  return {0, '0', '', ''}
end
local admin, passed = group.admin_id, ''
if leaves and actor == admin then
  admin, passed = heir, heir
  local changed = string.gsub(json, '("admin_id"%s*:%s*)"[^"]*"', '%1"' .. heir .. '"', 1)
  redis.call('HSET', 'groups', id, changed)
  head = string.gsub(head, '},"timestamp":$', function(rest)
    return ',"admin_id":' .. cjson.encode(heir) .. rest
  end)
end
store(key, state, head, ARGV[5], 'g:' .. id, ARGV[6], 'l', left, 'a', passed)
return {state.seq, state.timestamp, state.epoch, admin}
)lua"};

// ARGV: bus length, id, actor, name and avatar as JSON ('' to leave it), head, tail, body. Returns
// {seq, timestamp, epoch}. The time is copied as text: Lua's numbers would change its digits.
inline const Script update_group{lua::kBasics, lua::kBus, lua::kConversations, kGroups, R"lua(
local id, name, avatar, key = ARGV[2], ARGV[4], ARGV[5], 'message:common_id:' .. ARGV[2]
local group, json = load(id)
if not group then return refuse('no_such_group') end
if ARGV[3] ~= group.admin_id then return refuse('not_group_admin') end
local created = string.match(json, '"create_time"%s*:%s*([%d.eE+-]+)') or '0'
if name == '' then name = cjson.encode(group.name) end
if avatar == '' then avatar = cjson.encode(group.avatar or '') end

local state = settle(key)
local changed = '{"name":' .. name .. ',"admin_id":' .. cjson.encode(group.admin_id) ..
                ',"create_time":' .. created
if avatar ~= '""' then changed = changed .. ',"avatar":' .. avatar end
redis.call('HSET', 'groups', id, changed .. '}')
store(key, state, ARGV[6], ARGV[7], 'g:' .. id, ARGV[8])
return {state.seq, state.timestamp, state.epoch}
)lua"};

// ARGV: bus length, id, actor, body. Returns the members.
inline const Script dissolve_group{lua::kBasics, lua::kBus, kGroups, R"lua(
local id = ARGV[2]
local group = load(id)
if not group or group.admin_id ~= ARGV[3] then return refuse('dissolve_refused') end
local members = redis.call('ZRANGE', members_key(id), 0, -1)
for _, user in ipairs(members) do depart(id, user) end
dissolve(id)
post('g:' .. id, 'b', ARGV[4], 'l', table.concat(members, ','))
return members
)lua"};

// Takes the oldest messages of one dissolved group, so many or so many bytes, every 20 ms at most.
// Returns 0 when nothing is left of any. Ids lie in five hashes; PHP's crc32 would tell in which.
inline const Script remove_dissolved{R"lua(
local id = redis.call('SRANDMEMBER', 'groups:dissolved')
if not id then return 0 end
if not redis.call('SET', 'groups:removing', 1, 'NX', 'PX', 20) then return 1 end
local key, most, room = 'message:common_id:' .. id, 100, 256 * 1024

local function forget(message_id)
  for part = 0, 4 do
    local index = 'message:index:' .. part
    local held = redis.call('HGET', index, message_id)
    if held and string.find(held, '"key":"' .. key .. '"', 1, true) then
      redis.call('HDEL', index, message_id)
    end
  end
end

while most > 0 and room > 0 do
  local member = redis.call('ZPOPMIN', key)[1]
  if not member then
    redis.call('DEL', 'conversation:' .. key)
    redis.call('SREM', 'groups:dissolved', id)
    break
  end
  local read, message = pcall(cjson.decode, member)
  if read and type(message) == 'table' and type(message.id) == 'string' then forget(message.id) end
  most, room = most - 1, room - #member
end
return redis.call('EXISTS', 'groups:dissolved')
)lua"};

// ARGV: bus length, id, actor, most invitations, life of one in seconds, user, body, user, body, …
inline const Script invite_to_group{lua::kBasics, lua::kBus, kGroups, R"lua(
local id, key, life, now = ARGV[2], invited_key(ARGV[2]), ARGV[5], math.floor(now_us() / 1000000)
local group = load(id)
if not group then return refuse('no_such_group') end
if group.admin_id ~= ARGV[3] then return refuse('not_group_admin') end
redis.call('ZREMRANGEBYSCORE', key, '-inf', now - life)
local places, fresh = {}, 0
for place = 6, #ARGV, 2 do
  local user = ARGV[place]
  if not known(user) then return refuse('no_such_user') end
  if not redis.call('ZSCORE', members_key(id), user) then
    places[#places + 1] = place
    if not redis.call('ZSCORE', key, user) then fresh = fresh + 1 end
  end
end
if redis.call('ZCARD', key) + fresh > tonumber(ARGV[4]) then return refuse('group_too_large') end
for _, place in ipairs(places) do
  local is_new = redis.call('ZADD', key, now, ARGV[place]) == 1
  if is_new then post('u:' .. ARGV[place], 'b', ARGV[place + 1]) end
end
if #places > 0 then redis.call('EXPIRE', key, life) end
)lua"};

}  // namespace chat::store::scripts
