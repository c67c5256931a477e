// The scripts of sessions.cc. ARGV[1] is the bus length where they post.
#pragma once

#include <string_view>

#include "store/lua_common.h"
#include "store/script.h"

namespace chat::store::scripts {

// now(): seconds since 1970. sessions_of(user, spared): ids of a user's sessions but for one.
// live(user, ids): those of them that have not run out.
// end_sessions(user, ids, notice): posts the notice to the user's connections with the ids, for
// those to end that use one of them.
inline constexpr std::string_view kSessions = R"lua(
local function now() return math.floor(now_us() / 1000000) end
local function list_key(user) return 'user_sessions:user_id:' .. user end

local function sessions_of(user, spared)
  local ids = {}
  for _, id in ipairs(redis.call('ZRANGE', list_key(user), 0, -1)) do
    if id ~= spared then ids[#ids + 1] = id end
  end
  return ids
end

-- Those that have not run out unused; the others are struck off the list.
local function live(user, ids)
  local found = {}
  for _, id in ipairs(ids) do
    if redis.call('EXISTS', 'session:' .. id) == 1 then
      found[#found + 1] = id
    else
      redis.call('ZREM', list_key(user), id)
    end
  end
  return found
end

local function end_sessions(user, ids, notice)
  for _, id in ipairs(ids) do
    redis.call('DEL', 'session:' .. id)
    redis.call('ZREM', list_key(user), id)
  end
  if #ids > 0 then post('u:' .. user, 'b', notice, 'x', table.concat(ids, ',')) end
end
)lua";

// ARGV: bus length, id, user, the password's hash or '' (not looked at), idle and life in seconds,
// most sessions, address, agent, notice to those that give way, and for a session of the original
// that is taken over the seconds for which it may still exist there, else ''. Returns 1; nothing
// when the one of the original was taken over before and has ended. One that is there stays as it
// is.
inline const Script create_session{lua::kBasics, lua::kBus, kSessions, R"lua(
local id, user, life = ARGV[2], ARGV[3], tonumber(ARGV[6])
local key, of_user, most = 'session:' .. id, list_key(user), tonumber(ARGV[7])
if ARGV[11] ~= '' then
  if redis.call('EXISTS', key) == 1 then return 1 end
  if redis.call('EXISTS', 'sessions_ended:user_id:' .. user) == 1
      or not redis.call('SET', 'session_taken:' .. id, 1, 'NX', 'EX', ARGV[11]) then
    return false
  end
end
local account = redis.call('HMGET', 'user_id:' .. user, 'password', 'is_active')
if not account[1] then return refuse('login_required') end
if ARGV[4] ~= '' and account[1] ~= ARGV[4] then return refuse('wrong_password') end
if account[2] ~= '1' then return refuse('disabled') end
local time = now()
redis.call('ZREMRANGEBYSCORE', of_user, '-inf', time - life)
local older, surplus = sessions_of(user, id), {}
if #older >= most then older = live(user, older) end
for place = 1, #older - most + 1 do surplus[place] = older[place] end
redis.call('HSET', key, 'user_id', user, 'created', time, 'used', time, 'address', ARGV[8],
           'agent', ARGV[9])
redis.call('EXPIRE', key, math.min(tonumber(ARGV[5]), life))
redis.call('ZADD', of_user, time, id)
redis.call('EXPIRE', of_user, life)
end_sessions(user, surplus, ARGV[10])
return 1
)lua"};

// ARGV: id, idle and life in seconds, address, agent or ''. Returns {user, seconds left}. The
// expiry is set anew once it is off by a twentieth.
inline const Script use_session{lua::kBasics, R"lua(
local key, idle, time = 'session:' .. ARGV[1], tonumber(ARGV[2]), math.floor(now_us() / 1000000)
local held = redis.call('HMGET', key, 'user_id', 'created')
if not held[1] then return false end
local left = tonumber(held[2]) + ARGV[3] - time
if left <= 0 then
  redis.call('DEL', key)
  return false
end
local expiry = math.min(idle, left)
if expiry - redis.call('TTL', key) > idle / 20 then redis.call('EXPIRE', key, expiry) end
redis.call('HSET', key, 'used', time, 'address', ARGV[4])
if ARGV[5] ~= '' then redis.call('HSET', key, 'agent', ARGV[5]) end
return {held[1], left}
)lua"};

// ARGV: idle and life in seconds, ids. Returns the ids of those that are over.
inline const Script keep_sessions{lua::kBasics, R"lua(
local idle, time, over = tonumber(ARGV[1]), math.floor(now_us() / 1000000), {}
for place = 3, #ARGV do
  local key = 'session:' .. ARGV[place]
  local created = redis.call('HGET', key, 'created')
  local left = created and created + ARGV[2] - time
  if left and left > 0 then
    redis.call('HSET', key, 'used', time)
    redis.call('EXPIRE', key, math.min(idle, left))
  else
    redis.call('DEL', key)
    over[#over + 1] = ARGV[place]
  end
end
return over
)lua"};

// ARGV: user. Returns {{id, created, used, address, agent}, …}, the oldest first.
inline const Script list_sessions{lua::kBasics, lua::kBus, kSessions, R"lua(
local list = {}
for _, id in ipairs(live(ARGV[1], sessions_of(ARGV[1], ''))) do
  local held = redis.call('HMGET', 'session:' .. id, 'created', 'used', 'address', 'agent')
  list[#list + 1] = {id, held[1], held[2] or held[1], held[3] or '', held[4] or ''}
end
return list
)lua"};

// ARGV: bus length, user, id, notice. Returns 1, or 0 when the user has no such session.
inline const Script end_session{lua::kBasics, lua::kBus, kSessions, R"lua(
if redis.call('HGET', 'session:' .. ARGV[3], 'user_id') ~= ARGV[2] then return 0 end
end_sessions(ARGV[2], {ARGV[3]}, ARGV[4])
return 1
)lua"};

// ARGV: bus length, user, notice, seconds for which sessions of the original may still exist.
// Returns how many sessions ended.
inline const Script end_all_sessions{lua::kBasics, lua::kBus, kSessions, R"lua(
local ids = sessions_of(ARGV[2], '')
redis.call('SET', 'sessions_ended:user_id:' .. ARGV[2], 1, 'EX', ARGV[4])
end_sessions(ARGV[2], ids, ARGV[3])
return #ids
)lua"};

// ARGV: bus length, user, old hash or '' for any, new hash, session to spare, notice, seconds for
// which sessions of the original may still exist. Returns how many sessions ended.
inline const Script change_password{lua::kBasics, lua::kBus, kSessions, R"lua(
local user, account = ARGV[2], 'user_id:' .. ARGV[2]
if ARGV[3] ~= '' and redis.call('HGET', account, 'password') ~= ARGV[3] then
  return refuse('wrong_password')
end
local ids = sessions_of(user, ARGV[5])
redis.call('HSET', account, 'password', ARGV[4])
redis.call('SET', 'sessions_ended:user_id:' .. user, 1, 'EX', ARGV[7])
end_sessions(user, ids, ARGV[6])
return #ids
)lua"};

}  // namespace chat::store::scripts
