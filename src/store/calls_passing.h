// The scripts of calls.cc that pass signals, list calls, and do what is due. Their ARGV begin as
// those of calls_scripts.h.
#pragma once

#include "store/calls_scripts.h"

namespace chat::store::scripts {

// ARGV: call or '', receiver, the sender's stay, the receiver's, number. [10] is the signal. To the
// receiver's worker goes, by publication, which keeps nothing: "CONNECTION legacy|v1 CALL FROM TO
// N", a line's end, the signal. Legacy clients name neither call, stays nor number; one that offers
// before it joined joins.
inline const Script pass_signal{lua::kBasics, lua::kBus, lua::kConversations, kCallState, kCallEnd,
                                kCallEntry,   R"lua(
local receiver, from, to, n = ARGV[12], ARGV[13], ARGV[14], tonumber(ARGV[15])
local call
if not legacy then
  call = load(ARGV[11])
  if not call then return refuse('no_such_call') end
else
  call = load(redis.call('GET', 'call_of:user_id:' .. me))
  for _, id in ipairs(redis.call('SMEMBERS', 'call_rings:user_id:' .. me)) do
    local rings = load(id)
    if rings and inside(rings.members[receiver]) and not (call and inside(call.members[receiver])) then
      call = rings
      local why = go_in(call, {device = '', received = {}, body = ''})
      if why then return refuse(why) end
    end
  end
  if not call then return refuse('not_in_call') end
end
local one, other = call.members[me], call.members[receiver]
if receiver == me or not inside(one) or not inside(other) or one.legacy ~= legacy then
  return refuse('not_in_call')
end
local stands = one.place == place and tonumber(from) == one.stay and tonumber(to) == other.stay
if not legacy and not stands then return refuse('not_in_call') end
local key, field = 'call_signals:' .. call.id, me .. ' ' .. one.stay .. ' ' .. receiver .. ' ' .. other.stay
local last = tonumber(redis.call('HGET', key, field) or 0)
if legacy then n = last + 1 end
if n <= last then return end
if n > last + 1 then return refuse('bad_field') end
if other.state ~= 'joined' then return refuse('peer_away') end
local worker, connection = string.match(other.place, '^(.*)/(.*)$')
local head = table.concat({connection, other.legacy and 'legacy' or 'v1', call.id, one.stay,
                           other.stay, n}, ' ')
if redis.call('PUBLISH', 'signals:' .. worker, head .. '\n' .. ARGV[10]) == 0 then
  return refuse('peer_away')
end
redis.call('HSET', key, field, n)
)lua"};

// Returns the message 620.
inline const Script list_calls{lua::kBasics, lua::kBus, kCallState, R"lua(
local calls, seen = {}, {}
local function add(id)
  local call = id and not seen[id] and load(id)
  if not call then return end
  seen[id] = true
  calls[#calls + 1] = shown(call)
end
add(redis.call('GET', 'call_of:user_id:' .. me))
for _, id in ipairs(redis.call('SMEMBERS', 'call_rings:user_id:' .. me)) do add(id) end
for _, group in ipairs(redis.call('ZRANGE', 'user_groups:user_id:' .. me, 0, -1)) do
  add(redis.call('GET', 'call_in:group:' .. group))
end
local quiet = redis.call('EXISTS', 'call_quiet:user_id:' .. me) == 1
return event(620, {calls = calls, do_not_disturb = quiet})
)lua"};

// ARGV: 1 for quiet.
inline const Script set_quiet{lua::kBasics, lua::kBus, kCallState, R"lua(
local key = 'call_quiet:user_id:' .. me
if ARGV[11] == '1' then redis.call('SET', key, 1) else redis.call('DEL', key) end
post('u:' .. me, 'b', event(625, {on = ARGV[11] == '1'}))
)lua"};

// What is due: `ring`, nobody answered; `gone`, a connection ended, as presence notes; `away`,
// somebody did not come back; `look`, whether those inside are connected at all. ARGV: how many at
// most. Returns how many there were.
inline const Script do_what_is_due{lua::kBasics, lua::kBus, lua::kConversations,
                                   kCallState,   kCallEnd,  R"lua(
local function lose(call, user)
  local member = call.members[user]
  if member.legacy then
    walk_out(call, user, 'left', user, '')
    return
  end
  member.state, member.place = 'away', nil
  arm('away', call, user, limits.grace)
  tell(call, user, user)
  save(call)
end

local due = {}
function due.ring(call, user)
  if not ringing(call.members[user]) then return end
  release(call, user, 'no_answer')
  tell(call, user, '')
  deny(call, user, ' 没有应答', '')
  hush(call, user)
  conclude(call, '')
end
function due.away(call, user)
  local member = call.members[user]
  if member and member.state == 'away' then walk_out(call, user, 'left', '', '') end
end
function due.gone(call, user, at)
  local member = call.members[user]
  if member and member.state == 'joined' and member.place == at then lose(call, user) end
end
function due.look(call)
  arm('look', call, '', 30000)
  for _, user in ipairs(people(call, inside)) do
    local member = call.members[user]
    if member.state == 'joined' and
       redis.call('HEXISTS', 'presence:user:' .. user, member.place) == 0 then
      arm('gone', call, user .. ' ' .. member.place, 0)
    end
  end
end

local batch = redis.call('ZRANGEBYSCORE', 'call_timers', '-inf', now, 'LIMIT', 0, ARGV[11])
for _, entry in ipairs(batch) do
  redis.call('ZREM', 'call_timers', entry)
  local what, id, user, at = string.match(entry, '^(%S+) (%S+) (%S*) ?(.*)$')
  local call = load(id)
  if call and due[what] then due[what](call, user, at) end
end
return #batch
)lua"};

}  // namespace chat::store::scripts
