// The scripts of calls.cc. What all their ARGV begin with is said in calls_lua.h; after it [10] is
// what a legacy client said, as the others are to hear it, or ''. Those that answer return the
// message 611.
#pragma once

#include <string_view>

#include "store/calls_lua.h"
#include "store/calls_moves.h"
#include "store/lua_common.h"
#include "store/script.h"

namespace chat::store::scripts {

// find(id): a call by its id. meant(starter): the one that a legacy client means by its starter:
// that it is inside, that rings for it, or the starter's latest.
inline constexpr std::string_view kFindCall = R"lua(
local function meant(starter)
  local call = load(redis.call('GET', 'call_of:user_id:' .. me))
  if call and call.starter == starter then return call end
  for _, id in ipairs(redis.call('SMEMBERS', 'call_rings:user_id:' .. me)) do
    call = load(id)
    if call and call.starter == starter then return call end
  end
  return load(redis.call('GET', 'call_started:user_id:' .. starter))
end

local function find(id)
  if legacy then return meant(id) end
  return load(id)
end

local function may_enter(call)
  local member = call.members[me]
  if member and member.state ~= 'removed' then return true end
  if member then return false end
  if call.kind == 'group' then
    return redis.call('ZSCORE', 'group_members:group_id:' .. call.group, me) and true or false
  end
  return call.kind == 'direct' and (call.a == me or call.b == me)
end
)lua";

// ARGV: 'direct' or 'group', the other user or the group, 1 for pictures, device, media as JSON, id
// for a new call, 1 when the members of the group to call follow, who. Returns {611, whether a call
// was made, id}.
inline const Script start_call{lua::kBasics, lua::kBus, lua::kConversations, kCallState, kCallEnd,
                               kCallEntry,   R"lua(
local kind, other = ARGV[11], ARGV[12]
local call = {id = ARGV[16], kind = kind, video = ARGV[13] == '1', size = limits.size}
if kind == 'group' then
  if not redis.call('ZSCORE', 'group_members:group_id:' .. other, me) then
    return refuse('not_a_member')
  end
  call.group = other
else
  if other == me then return refuse('not_allowed') end
  if redis.call('EXISTS', 'user_id:' .. other) == 0 then return refuse('no_such_user') end
  call.a, call.b = me < other and me or other, me < other and other or me
end
local called, named = {}, {[me] = true}
if kind == 'direct' then
  called[1] = other
elseif ARGV[17] == '1' then
  for i = 18, #ARGV do
    if not redis.call('ZSCORE', 'group_members:group_id:' .. other, ARGV[i]) then
      return refuse('not_a_member')
    end
    if not named[ARGV[i]] then called[#called + 1] = ARGV[i] end
    named[ARGV[i]] = true
  end
else
  for _, user in ipairs(redis.call('ZRANGE', 'group_members:group_id:' .. other, 0, -1)) do
    local there = not legacy or redis.call('EXISTS', 'presence:user:' .. user) == 1
    if user ~= me and there then called[#called + 1] = user end
  end
end
if #called > limits.rung then
  if not legacy then return refuse('too_many_called') end
  called = {}
end

local seat = {device = ARGV[14], media = media_of(ARGV[15]), received = {}, body = ''}
local running = load(redis.call('GET', place_of(call)))
if running and (only_caller_left(running) or legacy and inside(running.members[me])) then
  finish(running, me, false)
  running = nil
end
if running then
  seat.turned = true
  local why = go_in(running, seat)
  if why then return refuse(why) end
  if legacy then
    relay(600, me, me, other, {is_group = kind == 'group', video = running.video,
                               room_id = running.starter})
  end
  return {state_for(running), 0, running.id}
end
if not free(me, '') then return refuse('already_in_call') end
leave_rings(me, '')
create(call, seat)
for _, user in ipairs(called) do ring(call, user, me) end
announce_rings(call, called, ARGV[10])
if call.group then
  post('g:' .. call.group, 'b', event(626, {
    group_id = call.group, call_id = call.id, running = true, video = call.video,
    starter_id = me}))
end
local answer = state_for(call)
conclude(call, '')
return {answer, 1, call.id}
)lua"};

// ARGV: call or starter, device, 1 to take over, media as JSON, then user and number of the last
// signal that came from there, for each.
inline const Script join_call{lua::kBasics, lua::kBus,  lua::kConversations, kCallState,
                              kCallEnd,     kCallEntry, kFindCall,           R"lua(
local call = find(ARGV[11])
if not call then return refuse('no_such_call') end
if not may_enter(call) then return refuse('not_allowed') end
local seat = {device = ARGV[12], move = ARGV[13] == '1', media = media_of(ARGV[14]),
              received = {}, body = ARGV[10]}
for i = 15, #ARGV, 2 do seat.received[ARGV[i]] = tonumber(ARGV[i + 1]) end
local why = go_in(call, seat)
if why then return refuse(why) end
return state_for(call)
)lua"};

// ARGV: code, 1 not to open one, 1 for pictures, size, device, media as JSON, 1 to take over, id
// for a new call.
inline const Script enter_room{lua::kBasics, lua::kBus, lua::kConversations, kCallState, kCallEnd,
                               kCallEntry,   R"lua(
local code = ARGV[11]
local seat = {device = ARGV[15], media = media_of(ARGV[16]), move = ARGV[17] == '1',
              received = {}, body = ''}
local call = load(redis.call('GET', 'call_room:' .. code))
if call then
  local why = go_in(call, seat)
  if why == 'call_full' then
    local full = event(623, {call_id = call.id, user_id = me})
    for _, user in ipairs(people(call, inside)) do post('u:' .. user, 'b', full) end
  end
  if why then return refuse(why) end
  return state_for(call)
end
if ARGV[12] == '1' then return refuse('no_such_call') end
if not free(me, '') then return refuse('already_in_call') end
leave_rings(me, '')
call = {id = ARGV[18], kind = 'room', code = code, video = ARGV[13] == '1',
        size = math.min(tonumber(ARGV[14]), limits.size)}
create(call, seat)
save(call)
return state_for(call)
)lua"};

// ARGV: call.
inline const Script decline_call{lua::kBasics, lua::kBus, lua::kConversations,
                                 kCallState,   kCallEnd,  R"lua(
local call = load(ARGV[11])
if not call then return refuse('no_such_call') end
if not ringing(call.members[me]) then return refuse('not_in_call') end
release(call, me, 'declined')
tell(call, me, me)
deny(call, me, ' 拒绝了您的通话请求', '')
hush(call, me)
conclude(call, me)
)lua"};

// ARGV: receiver. A legacy client says no to the call that rings for it and has that one inside.
// Returns 1, or 0 when there is none.
inline const Script deny_call{lua::kBasics, lua::kBus, lua::kConversations,
                              kCallState,   kCallEnd,  R"lua(
for _, id in ipairs(redis.call('SMEMBERS', 'call_rings:user_id:' .. me)) do
  local call = load(id)
  if call and ringing(call.members[me]) and inside(call.members[ARGV[11]]) then
    release(call, me, 'declined')
    tell(call, me, me)
    call.members[me].caller = ARGV[11]
    deny(call, me, '', ARGV[10])
    conclude(call, me)
    return 1
  end
end
return 0
)lua"};

// ARGV: call or starter, 1 to end it for all, 605 for legacy clients or ''.
inline const Script leave_call{lua::kBasics, lua::kBus, lua::kConversations, kCallState, kCallEnd,
                               kFindCall,    R"lua(
local call = find(ARGV[11])
if not call then return refuse('no_such_call') end
local member = call.members[me]
if legacy and ringing(member) then
  release(call, me, 'declined')
  tell(call, me, me)
  deny(call, me, '', ARGV[10])
  conclude(call, me)
  return
end
if not inside(member) then return refuse('not_in_call') end
if legacy and call.starter == me then
  if call.group then post('g:' .. call.group, 'b', ARGV[13])
  else
    local other = call.a == me and call.b or call.a
    post('u:' .. other, 'b', ARGV[13])
  end
  finish(call, me, true)
  return
end
if ARGV[12] ~= '1' then
  walk_out(call, me, 'left', me, ARGV[10])
  return
end
if call.owner ~= me then return refuse('not_allowed') end
finish(call, me, false)
)lua"};

// ARGV: call, users.
inline const Script invite_to_call{
    lua::kBasics, lua::kBus, lua::kConversations, kCallState, kCallEnd, kCallEntry, R"lua(
local call = load(ARGV[11])
if not call then return refuse('no_such_call') end
if not inside(call.members[me]) then return refuse('not_in_call') end
local called, named = {}, {}
for i = 12, #ARGV do
  local user = ARGV[i]
  if call.group and not redis.call('ZSCORE', 'group_members:group_id:' .. call.group, user) then
    return refuse('not_a_member')
  end
  if redis.call('EXISTS', 'user_id:' .. user) == 0 then return refuse('no_such_user') end
  local member = call.members[user]
  if not inside(member) and not ringing(member) and not named[user] then
    called[#called + 1], named[user] = user, true
  end
end
if #people(call, ringing) + #called > limits.rung or not make_place(call, #called) then
  return refuse('too_many_called')
end
for _, user in ipairs(called) do
  ring(call, user, me)
  tell(call, user, me)
end
announce_rings(call, called, '')
save(call)
return state_for(call)
)lua"};

// ARGV: call, users.
inline const Script remove_from_call{lua::kBasics, lua::kBus, lua::kConversations,
                                     kCallState,   kCallEnd,  R"lua(
local call = load(ARGV[11])
if not call then return refuse('no_such_call') end
if not inside(call.members[me]) then return refuse('not_in_call') end
if call.owner ~= me then return refuse('not_allowed') end
for i = 12, #ARGV do
  local member = call.members[ARGV[i]]
  if ARGV[i] == me or not inside(member) and not ringing(member) then
    return refuse('not_in_call')
  end
end
for i = 12, #ARGV do
  local user = ARGV[i]
  local hears = call.members[user].legacy or ringing(call.members[user])
  release(call, user, 'removed')
  tell(call, user, me)
  relay_to_others(call, 604, user, '', '')
  if hears then hush(call, user) end
end
conclude(call, me)
)lua"};

// ARGV: call, media as JSON.
inline const Script change_media{lua::kBasics, lua::kBus, kCallState, R"lua(
local call = load(ARGV[11])
if not call then return refuse('no_such_call') end
local member = call.members[me]
if not inside(member) or member.place ~= place then return refuse('not_in_call') end
member.media = cjson.decode(ARGV[12])
tell(call, me, me)
save(call)
)lua"};

}  // namespace chat::store::scripts
