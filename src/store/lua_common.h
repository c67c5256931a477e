// Functions that scripts share, as Lua source to put before a script's own lines.
#pragma once

#include <string_view>

namespace chat::store::lua {

// refuse(code): what a script returns to refuse with the Refusal of that name.
// now_us(): microseconds since 1970. seconds_text(us): the shortest text of those seconds, as PHP
// writes it: 1795225429.36361 or 1795225429.0.
inline constexpr std::string_view kBasics = R"lua(
local function refuse(code) return redis.error_reply('REFUSED ' .. code) end

local function now_us()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function seconds_text(us)
  local text = string.format('%d.%06d', us / 1000000, us % 1000000)
  if us % 10 ~= 0 then return text end
  text = string.gsub(text, '0+$', '')
  if string.sub(text, -1) == '.' then text = text .. '0' end
  return text
end
)lua";

// profile(id): {id, name, avatar, role, active, online}, or nil for an unknown user.
inline constexpr std::string_view kProfiles = R"lua(
local function profile(id)
  local held = redis.call('HMGET', 'user_id:' .. id, 'username', 'avatar', 'role_id', 'is_active')
  if not held[1] then return nil end
  return {id, held[1], held[2] or '', held[3] or '0', held[4] or '0',
          redis.call('EXISTS', 'presence:user:' .. id)}
end
)lua";

// index_name(name, id): has that user found by the beginning of its name. `user_names` is in the
// order of names in small letters, each followed by a zero byte and the user's id.
inline constexpr std::string_view kNames = R"lua(
local function index_name(name, id)
  redis.call('ZADD', 'user_names', 0, string.lower(name) .. '\0' .. id)
end
)lua";

// post(audience, field, value, …): adds an entry to the streams of the workers concerned. The
// script's ARGV[1] is the length to which streams are trimmed.
inline constexpr std::string_view kBus = R"lua(
local function post(audience, ...)
  local kind = string.sub(audience, 1, 2)
  if kind ~= 'p:' and kind ~= 'u:' and kind ~= 'c:' then
    redis.call('XADD', 'bus:all', 'MAXLEN', '~', ARGV[1], '0-*', 'to', audience, ...)
    return
  end
  local workers = {}
  if kind == 'c:' then
    local worker = string.match(audience, '^c:(.*)/')
    if redis.call('ZSCORE', 'presence:workers', worker) then workers[worker] = true end
  else
    for user in string.gmatch(string.sub(audience, 3), '[^:]+') do
      for _, connection in ipairs(redis.call('HKEYS', 'presence:user:' .. user)) do
        workers[string.match(connection, '^(.*)/')] = true
      end
    end
  end
  for worker in pairs(workers) do
    redis.call('XADD', 'bus:worker:' .. worker, 'MAXLEN', '~', ARGV[1], '0-*', 'to', audience, ...)
  end
end
)lua";

// settle(key): where the conversation of that sorted set stands, numbered anew if need be: {seq, us
// (of its last timestamp), epoch, trimmed}. epoch_of(state): the epoch as clients see it, '' for an
// empty conversation. store(key, state, head, tail, audience, body, field, value, …): adds an entry
// with the next number and a timestamp of its own, and posts it; `state` tells them as text then.
inline constexpr std::string_view kConversations = R"lua(
local function settle(key)
  local place = 'conversation:' .. key
  local held = redis.call('HMGET', place, 'seq', 'timestamp', 'epoch', 'trimmed')
  local count = redis.call('ZCARD', key)
  local seq, trimmed = tonumber(held[1]), tonumber(held[4])
  if seq and trimmed and seq - trimmed == count and seq > 0 then
    local us = math.floor(tonumber(held[2]) * 1000000 + 0.5)
    return {seq = seq, us = us, epoch = held[3], trimmed = trimmed}
  end
  if count == 0 then return {seq = 0, us = 0, epoch = '', trimmed = 0} end
  local score = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2]
  local us, epoch = math.floor(tonumber(score) * 1000000 + 0.5), string.format('%x', now_us())
  redis.call('HSET', place, 'seq', count, 'timestamp', seconds_text(us), 'epoch', epoch,
             'trimmed', 0)
  return {seq = count, us = us, epoch = epoch, trimmed = 0}
end

local function epoch_of(state)
  if state.epoch == '' then return '' end
  local era = redis.call('GET', 'conversation:era')
  return era and era .. '.' .. state.epoch or state.epoch
end

local function store(key, state, head, tail, audience, body, ...)
  local us = math.max(now_us(), state.us + 1)
  local place, seq, text = 'conversation:' .. key, string.format('%d', state.seq + 1),
                           seconds_text(us)
  if state.epoch == '' then
    state.epoch = string.format('%x', us)
    redis.call('HSET', place, 'epoch', state.epoch, 'trimmed', 0)
  end
  redis.call('ZADD', key, text, head .. text .. tail)
  redis.call('HSET', place, 'seq', seq, 'timestamp', text)
  state.seq, state.timestamp, state.epoch = seq, text, epoch_of(state)
  post(audience, 'b', body, 's', seq, 't', text, 'e', state.epoch, ...)
end
)lua";

// leads(kind, user, other): whether that user has a say over what others write there: in the lobby
// administrators of the server, in a group its own.
inline constexpr std::string_view kLeaders = R"lua(
local function leads(kind, user, other)
  if kind == 'lobby' then
    return (tonumber(redis.call('HGET', 'user_id:' .. user, 'role_id')) or 0) > 0
  end
  local group = kind == 'group' and redis.call('HGET', 'groups', other)
  return group and cjson.decode(group).admin_id == user
end
)lua";

// place_of(file, user): by what that user may see a file: "own", "open" (everybody may), or the
// conversation; nil when not. With the user '' only what is open is seen. show_file(file, place):
// something there shows it now. hide_file(file, place, age): it does not any more; a file that
// nothing shows goes after that many seconds. hide_file_of(message, place, age): the one that a
// message shows, if any. Scripts that use these begin with kBasics.
inline constexpr std::string_view kPlaces = R"lua(
local function place_of(file, user)
  if user ~= '' and redis.call('SISMEMBER', 'file_holders:' .. file, user) == 1 then
    return 'own'
  end
  for _, place in ipairs(redis.call('HKEYS', 'file_places:' .. file)) do
    if place == 'open' then return place end
    local group = string.match(place, '^message:common_id:(.*)$')
    local a, b = string.match(place, '^message:users:%[(.-),(.-)%]$')
    if user == '' then
      group, a, b = nil, nil, nil
    end
    if group == '0' or a == user or b == user then return place end
    if group and redis.call('ZSCORE', 'group_members:group_id:' .. group, user) then
      return place
    end
  end
  return nil
end

local function show_file(file, place)
  redis.call('HINCRBY', 'file_places:' .. file, place, 1)
  redis.call('ZREM', 'files:due', file)
end

local function hide_file(file, place, age)
  local places = 'file_places:' .. file
  if redis.call('HEXISTS', places, place) == 0 then return end
  if redis.call('HINCRBY', places, place, -1) <= 0 then redis.call('HDEL', places, place) end
  if redis.call('EXISTS', places) == 0 then
    redis.call('ZADD', 'files:due', math.floor(now_us() / 1000000) + age, file)
  end
end

local function hide_file_of(message, place, age)
  local path = type(message.mess) == 'table' and message.mess.path
  local file = type(path) == 'string' and string.match(path, '^/files/(%x+)$')
  if file then hide_file(file, place, age) end
end
)lua";

}  // namespace chat::store::lua
