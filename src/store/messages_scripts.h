// The scripts of messages.cc.
#pragma once

#include "store/lua_common.h"
#include "store/script.h"

namespace chat::store::scripts {

// What a sender goes through, whatever it sends. ARGV of all these scripts begins: bus length,
// kind, key, sender, receiver or group, id, index key, head, tail, body, the most messages at once,
// microseconds for one more (0: no limit). All return {seq, timestamp, epoch, duplicate, receiver
// online}. `at` is what begin() found: {kind, key, sender, other, id, index, audience, online,
// state}.
// begin(): `at`, or nil and why it is refused. earlier(at): what the same id got before, or nil.
// spend(at): false when the sender's rate is exceeded; it is kept as the time at which all that was
// sent would have been allowed one by one. append(at): stores the entry.
inline constexpr std::string_view kSending = R"lua(
local function begin()
  local at = {kind = ARGV[2], key = ARGV[3], sender = ARGV[4], other = ARGV[5], id = ARGV[6],
              index = ARGV[7], audience = 'lobby', online = 0}
  if redis.call('HGET', 'user_id:' .. at.sender, 'is_active') ~= '1' then
    return nil, 'disabled'
  end
  local members = 'group_members:group_id:' .. at.other
  if at.kind == 'group' and not redis.call('ZSCORE', members, at.sender) then
    return nil, 'not_a_member'
  end
  if at.kind == 'group' then
    at.audience = 'g:' .. at.other
  elseif at.kind == 'direct' then
    if redis.call('EXISTS', 'user_id:' .. at.other) == 0 then return nil, 'no_such_user' end
    at.audience = 'p:' .. at.sender .. ':' .. at.other
    at.online = redis.call('EXISTS', 'presence:user:' .. at.other)
  end
  at.state = settle(at.key)
  return at
end

local function earlier(at)
  local held = at.id ~= '' and redis.call('HGET', at.index, at.id)
  if not held then return nil end
  local place, kind = cjson.decode(held), '^{"type":%d+'
  local score = string.format('%.17g', place.timestamp)
  if place.key == at.key then
    for _, member in ipairs(redis.call('ZRANGE', at.key, score, score, 'BYSCORE')) do
      local message = cjson.decode(member)
      if message.id == at.id and message.sender_id == at.sender and
         string.match(member, kind) == string.match(ARGV[8], kind) then
        -- Written again, so that waiting for this write waits for the earlier one.
        redis.call('HSET', at.index, at.id, held)
        local seq = at.state.trimmed + redis.call('ZRANK', at.key, member) + 1
        return {seq, seconds_text(math.floor(place.timestamp * 1000000 + 0.5)), epoch_of(at.state), 1,
                at.online}
      end
    end
  end
  return refuse('id_taken')
end

local function spend(at)
  local interval = tonumber(ARGV[12])
  if interval == 0 then return true end
  local key, now = 'rate:message:' .. at.sender, now_us()
  local allowed = math.max(tonumber(redis.call('GET', key) or 0), now) + interval
  local ahead = allowed - now
  if ahead > ARGV[11] * interval then return false end
  redis.call('SET', key, string.format('%.0f', allowed), 'PX', math.ceil(ahead / 1000))
  return true
end

local function append(at)
  local state = at.state
  store(at.key, state, ARGV[8], ARGV[9], at.audience, ARGV[10], 'o', at.online)
  if at.kind == 'direct' then
    redis.call('ZADD', 'user_peers:user_id:' .. at.sender, state.timestamp, at.other)
    redis.call('ZADD', 'user_peers:user_id:' .. at.other, state.timestamp, at.sender)
  end
  if at.id ~= '' then
    redis.call('HSET', at.index, at.id,
               '{"key":"' .. at.key .. '","timestamp":' .. state.timestamp .. '}')
  end
  return {state.seq, state.timestamp, state.epoch, 0, at.online}
end
)lua";

// ARGV further: number of the message it answers or 0, 1 to mention everybody, id of the file it
// shows or ''.
inline const Script append_message{lua::kBasics,  lua::kBus,    lua::kConversations,
                                   lua::kLeaders, lua::kPlaces, kSending,
                                   R"lua(
local at, why = begin()
if not at then return refuse(why) end
local again = earlier(at)
if again then return again end
local file = ARGV[15]
if file ~= '' and not place_of(file, at.sender) then return refuse('no_such_file') end
if tonumber(ARGV[13]) > at.state.seq then return refuse('bad_field') end
if ARGV[14] == '1' and not leads(at.kind, at.sender, at.other) then return refuse('not_allowed') end
if not spend(at) then return refuse('rate_limited') end
if file ~= '' then show_file(file, at.key) end
return append(at)
)lua"};

// ARGV further: number of the message to change, microseconds for which that is allowed, text as
// JSON ('' to take the message back), members of JSON that follow the text's time, 1 to mention
// everybody, seconds after which a file goes that nothing shows. The entry that tells of it is
// stored, and the message replaced at its place.
inline const Script revise_message{lua::kBasics,  lua::kBus,    lua::kConversations,
                                   lua::kLeaders, lua::kPlaces, kSending,
                                   R"lua(
local texts = {[100] = true, [103] = true}
local contents = {[300] = true, [303] = true, [400] = true, [403] = true, [500] = true,
                  [503] = true, [1000] = true, [1003] = true}
local at, why = begin()
if not at then return refuse(why) end
local again = earlier(at)
if again then return again end

local state, recall = at.state, ARGV[15] == ''
local rank = tonumber(ARGV[13]) - state.trimmed - 1
if rank < 0 or ARGV[13] - state.seq > 0 then return refuse('no_such_message') end
local found = redis.call('ZRANGE', at.key, rank, rank, 'WITHSCORES')
local read, message = pcall(cjson.decode, found[1])
if not read or type(message) ~= 'table' or message.recalled then
  return refuse('no_such_message')
end
local own, leader = message.sender_id == at.sender, leads(at.kind, at.sender, at.other)
if not texts[message.type] and not (recall and contents[message.type]) then
  return refuse('not_allowed')
end
if not own and not (recall and leader) then return refuse('not_allowed') end
if ARGV[17] == '1' and not leader then return refuse('not_allowed') end
local us = math.floor(found[2] * 1000000 + 0.5)
if not (recall and leader) and now_us() - us >= tonumber(ARGV[14]) then
  return refuse('too_late')
end
-- Messages of the original may share a time; which is first, their text decides.
if redis.call('ZCOUNT', at.key, found[2], found[2]) ~= 1 then return refuse('not_allowed') end
if not spend(at) then return refuse('rate_limited') end

if recall then hide_file_of(message, at.key, tonumber(ARGV[18])) end
local result = append(at)
local function member(name, value)
  return value == nil and '' or ',"' .. name .. '":' .. value
end
local function text(value) return value ~= nil and cjson.encode(value) or nil end
local changed = '{"type":' .. string.format('%d', message.type) ..
                member('sender_id', text(message.sender_id)) ..
                member('receiver_id', text(message.receiver_id)) ..
                member('mess', recall and '""' or ARGV[15]) ..
                member('timestamp', seconds_text(us)) .. member('id', text(message.id))
if recall then
  changed = changed .. member('recalled', 'true')
else
  local reply = message.reply_to and string.format('%d', message.reply_to) or nil
  changed = changed .. member('reply_to', reply) .. ARGV[16] ..
            member('edited', state.timestamp)
end
redis.call('ZREM', at.key, found[1])
redis.call('ZADD', at.key, found[2], changed .. '}')
return result
)lua"};

// ARGV: key, mode, from, count, most bytes. Modes: `time` up to timestamp `from`, `after` or
// `before` number `from`; what exceeds the bytes is left out at the far end, but for one message.
// Returns {epoch, newest, oldest, number of the first, {member, …}, {changed, …}}; beside an edit
// (120) stands the message that it changed, as it is now, beside others ''.
inline const Script read_messages{lua::kBasics, lua::kConversations, R"lua(
local key, mode, from, count = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local state = settle(key)

local last
if mode == 'time' then
  last = redis.call('ZCOUNT', key, '-inf', from) - 1
elseif mode == 'after' then
  last = math.max(from - state.trimmed, 0) + count - 1
else
  last = math.min(from - 1, state.seq) - state.trimmed - 1
end
local first = math.max(last - count + 1, 0)

-- Read a few at a time, so that large messages beyond the bound are not touched at all.
local members, changed, room, at_once = {}, {}, tonumber(ARGV[5]), 20
local function changed_by(member)
  local target = string.match(member, '^{"type":120,.-,"mess":{"seq":(%d+)},')
  local rank = target and target - state.trimmed - 1 or -1
  return rank >= 0 and redis.call('ZRANGE', key, rank, rank)[1] or ''
end
local function take(member)
  local beside = changed_by(member)
  room = room - #member - #beside
  if room < 0 and #members > 0 then return end
  members[#members + 1], changed[#members + 1] = member, beside
end
local function turn(list)
  for i = 1, math.floor(#list / 2) do
    list[i], list[#list + 1 - i] = list[#list + 1 - i], list[i]
  end
end
if mode == 'after' then
  for at = first, last, at_once do
    if room < 0 then break end
    for _, member in ipairs(redis.call('ZRANGE', key, at, math.min(at + at_once - 1, last))) do
      take(member)
    end
  end
else
  for at = last, first, -at_once do
    if room < 0 then break end
    local some = redis.call('ZRANGE', key, math.max(at - at_once + 1, first), at)
    for i = #some, 1, -1 do take(some[i]) end
  end
  turn(members)
  turn(changed)
  first = last - #members + 1
end
local oldest = state.seq > state.trimmed and state.trimmed + 1 or 0
return {epoch_of(state), state.seq, oldest, state.trimmed + first + 1, members, changed}
)lua"};

// ARGV: key, number, types as ",120,121,". Returns the lowest number from which on, up to that one,
// there is nothing but such types and what was taken back, as far as one look goes.
inline const Script skip_unseen{lua::kBasics, lua::kConversations, R"lua(
local key, types = ARGV[1], ARGV[3]
local state = settle(key)
local number = math.min(ARGV[2], state.seq + 1)
for _ = 1, 50 do
  local last = number - state.trimmed - 2
  if last < 0 then break end
  local some = redis.call('ZRANGE', key, math.max(last - 9, 0), last)
  for i = #some, 1, -1 do
    local kind = string.match(some[i], '^{"type":(%d+)')
    local hidden = kind and string.find(types, ',' .. kind .. ',', 1, true) or
                   string.find(some[i], ',"recalled":true', 1, true)
    if not hidden then return number end
    number = number - 1
  end
end
return number
)lua"};

// ARGV: keys. Returns {newest, epoch, time of the newest in microseconds, newest, epoch, …}.
inline const Script read_heads{lua::kBasics, lua::kConversations, R"lua(
local heads = {}
for _, key in ipairs(ARGV) do
  local state = settle(key)
  heads[#heads + 1] = state.seq
  heads[#heads + 1] = epoch_of(state)
  heads[#heads + 1] = state.us
end
return heads
)lua"};

}  // namespace chat::store::scripts
