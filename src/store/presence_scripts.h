// The scripts of presence.cc.
#pragma once

#include <string_view>

#include "store/lua_common.h"
#include "store/script.h"

namespace chat::store::scripts {

// now_ms(). detach(user, worker, connection): takes a connection away; true when it was the user's
// last, who is offline then. A call that the user is in learns of it at the next look (calls.h).
inline constexpr std::string_view kPresence = R"lua(
local function now_ms() return math.floor(now_us() / 1000) end

local function detach(user, worker, connection)
  local key, call = 'presence:user:' .. user, redis.call('GET', 'call_of:user_id:' .. user)
  redis.call('SREM', 'presence:worker:' .. worker, user .. '/' .. connection)
  if call then
    local entry = 'gone ' .. call .. ' ' .. user .. ' ' .. worker .. '/' .. connection
    redis.call('ZADD', 'call_timers', now_ms(), entry)
  end
  if redis.call('HDEL', key, worker .. '/' .. connection) == 0 then return false end
  if redis.call('EXISTS', key) == 1 then return false end
  redis.call('ZREM', 'presence:online', user)
  redis.call('SREM', 'user', user)
  return true
end
)lua";

// ARGV: bus length, worker, user, connection, wire, most connections on that wire, threshold,
// announcement, kick, session or ''. Returns {came online, posted, total, {superseded, …}}.
inline const Script come_online{lua::kBasics, lua::kBus, kPresence, R"lua(
local worker, user, connection, wire = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local most, threshold = tonumber(ARGV[6]), tonumber(ARGV[7])
local lease = redis.call('ZSCORE', 'presence:workers', worker)
if not lease or tonumber(lease) == 0 then return refuse('busy') end
if ARGV[10] ~= '' then
  if redis.call('EXISTS', 'session:' .. ARGV[10]) == 0 then return refuse('login_required') end
  if redis.call('HGET', 'user_id:' .. user, 'is_active') ~= '1' then return refuse('disabled') end
end

local key, place = 'presence:user:' .. user, worker .. '/' .. connection
local held = redis.call('HGETALL', key)
local rivals = {}
for i = 1, #held, 2 do
  local its_wire, since = string.match(held[i + 1], '^(%S+) (%d+)$')
  if its_wire == wire and held[i] ~= place then
    rivals[#rivals + 1] = {place = held[i], since = tonumber(since)}
  end
end
table.sort(rivals, function(a, b) return a.since < b.since end)

local now, superseded = now_ms(), {}
redis.call('HSET', key, place, wire .. ' ' .. now)
redis.call('SADD', 'presence:worker:' .. worker, user .. '/' .. connection)
for i = 1, #rivals - most + 1 do
  superseded[i] = rivals[i].place
  detach(user, string.match(rivals[i].place, '^(.*)/(.*)$'))
  post('c:' .. rivals[i].place, 'b', ARGV[9])
end
local came = #held == 0
if came then
  redis.call('ZADD', 'presence:online', now, user)
  redis.call('SADD', 'user', user)
end
local total, posted = redis.call('ZCARD', 'presence:online'), 0
if (came or (wire == 'legacy' and #superseded > 0)) and total <= threshold then
  post('all', 'b', ARGV[8])
  posted = 1
end
return {came and 1 or 0, posted, total, superseded}
)lua"};

// ARGV: bus length, worker, user, connection, threshold, announcement. Returns {went offline,
// total}.
inline const Script go_offline{lua::kBasics, lua::kBus, kPresence, R"lua(
local went = detach(ARGV[3], ARGV[2], ARGV[4])
local total = redis.call('ZCARD', 'presence:online')
if went and total <= tonumber(ARGV[5]) then post('all', 'b', ARGV[6]) end
return {went and 1 or 0, total}
)lua"};

// ARGV: first, last. Returns {profile, …}.
inline const Script list_online{lua::kProfiles, R"lua(
local list = {}
for _, user in ipairs(redis.call('ZRANGE', 'presence:online', ARGV[1], ARGV[2])) do
  list[#list + 1] = profile(user)
end
return list
)lua"};

// ARGV: worker, lease in ms. Returns 'alive', 'new', or 'swept' while its sweep is not finished: a
// deadline of 0 marks that.
inline const Script renew_lease{lua::kBasics, kPresence, R"lua(
local deadline = redis.call('ZSCORE', 'presence:workers', ARGV[1])
if deadline and tonumber(deadline) == 0 then return 'swept' end
redis.call('ZADD', 'presence:workers', now_ms() + ARGV[2], ARGV[1])
return deadline and 'alive' or 'new'
)lua"};

// ARGV: worker, most connections to take in one go, 1 to spare it when its lease is not over.
// Returns {finished, {users gone, …}}.
inline const Script sweep_worker{lua::kBasics, kPresence, R"lua(
local worker, gone = ARGV[1], {}
local deadline = redis.call('ZSCORE', 'presence:workers', worker)
if ARGV[3] == '1' and (not deadline or tonumber(deadline) > now_ms()) then return {1, gone} end
if deadline then redis.call('ZADD', 'presence:workers', 0, worker) end
local key = 'presence:worker:' .. worker
for _, entry in ipairs(redis.call('SPOP', key, ARGV[2])) do
  local user, connection = string.match(entry, '^(.*)/(.*)$')
  if detach(user, worker, connection) then gone[#gone + 1] = user end
end
if redis.call('EXISTS', key) == 1 then return {0, gone} end
redis.call('ZREM', 'presence:workers', worker)
redis.call('DEL', 'bus:worker:' .. worker)
return {1, gone}
)lua"};

// Returns the workers whose lease is over.
inline const Script list_expired{lua::kBasics, kPresence, R"lua(
return redis.call('ZRANGEBYSCORE', 'presence:workers', '-inf', now_ms())
)lua"};

inline const Script count_live{lua::kBasics, kPresence, R"lua(
return redis.call('ZCOUNT', 'presence:workers', now_ms(), '+inf')
)lua"};

// ARGV: cursor. Removes what only lives as long as the workers do; returns the next cursor.
inline const Script clear_volatile{R"lua(
local doomed = {'presence:', 'bus:worker:', 'rtc_room:', 'call:', 'call_signals:', 'call_of:',
                'call_rings:', 'call_in:', 'call_room:', 'call_started:', 'call_timers'}
if ARGV[1] == '0' then redis.call('DEL', 'user', 'user_service', 'service_user') end
local step = redis.call('SCAN', ARGV[1], 'COUNT', 1000)
for _, key in ipairs(step[2]) do
  for _, prefix in ipairs(doomed) do
    if string.sub(key, 1, #prefix) == prefix then redis.call('UNLINK', key) end
  end
end
return step[1]
)lua"};

}  // namespace chat::store::scripts
