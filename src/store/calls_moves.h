// What the scripts of calls.cc share: how people get into a call and out of it, and how it ends.
#pragma once

#include <string_view>

namespace chat::store::scripts {

// finish(call, by, told): ends it, leaves the record; `told`: legacy clients know. conclude(call,
// by): saves the call, or ends it when it has no reason to go on; true then. release(call, user,
// state): out of it, or not rung any more.
inline constexpr std::string_view kCallEnd = R"lua(
local function place_of(call)
  if call.kind == 'group' then return 'call_in:group:' .. call.group end
  if call.kind == 'room' then return 'call_room:' .. call.code end
  return 'call_in:direct:' .. call.a .. ',' .. call.b
end

local function release(call, user, state)
  local member = call.members[user]
  local of = 'call_of:user_id:' .. user
  if inside(member) then forget_signals(call, user) end
  if inside(member) and redis.call('GET', of) == call.id then redis.call('DEL', of) end
  redis.call('SREM', 'call_rings:user_id:' .. user, call.id)
  disarm('ring', call, user)
  disarm('away', call, user)
  member.state, member.place = state, nil
  if call.owner == user then call.owner = people(call, inside)[1] or user end
end

local function reason_of(call)
  if call.answered then return 'ended' end
  if #people(call, inside) == 0 then return 'cancelled' end
  for _, why in ipairs({'declined', 'busy', 'do_not_disturb', 'no_answer'}) do
    if #people(call, function(member) return member.state == why end) > 0 then return why end
  end
  return 'cancelled'
end

local function json_list(list)
  local texts = {}
  for _, text in ipairs(list) do texts[#texts + 1] = cjson.encode(text) end
  return '[' .. table.concat(texts, ',') .. ']'
end

-- In the form of every stored message, as 630.
local function keep_record(call, why)
  if call.kind == 'room' then return end
  local from, receiver, key, audience = call.starter, call.group, nil, nil
  if call.kind == 'group' then
    if redis.call('HEXISTS', 'groups', call.group) == 0 then return end
    key, audience = 'message:common_id:' .. call.group, 'g:' .. call.group
  else
    receiver = from == call.a and call.b or call.a
    key = 'message:users:[' .. call.a .. ',' .. call.b .. ']'
    audience = 'p:' .. from .. ':' .. receiver
  end
  local mess = {
    call_id = call.id, video = call.video, result = why,
    seconds = call.answered and math.floor((now - call.answered) / 1000) or 0,
    joined = people(call, function(member) return member.was == true end),
    missed = people(call, function(member) return not member.was end)}
  local head = '{"type":630,"sender_id":' .. cjson.encode(from) .. ',"receiver_id":' ..
               cjson.encode(receiver) .. ',"mess":{"call_id":' .. cjson.encode(call.id) ..
               ',"video":' .. tostring(call.video) .. ',"result":"' .. why .. '","seconds":' ..
               string.format('%d', mess.seconds) .. ',"joined":' .. json_list(mess.joined) ..
               ',"missed":' .. json_list(mess.missed) .. '},"timestamp":'
  local state = settle(key)
  store(key, state, head, '}', audience, cmsgpack.pack({
    type = 630, sender_id = from, receiver_id = receiver, mess = mess, timestamp = now / 1000,
    conversation = call.group and 'group:' .. call.group or '', trace_id = trace}), 'o', 1)
  if call.kind == 'direct' then
    redis.call('ZADD', 'user_peers:user_id:' .. from, state.timestamp, receiver)
    redis.call('ZADD', 'user_peers:user_id:' .. receiver, state.timestamp, from)
  end
end

local function finish(call, by, told)
  local why = reason_of(call)
  call.rev = call.rev + 1
  tell_all(call, by, event(618, {call_id = call.id, rev = call.rev, reason = why, by = by}))
  for _, user in ipairs(concerned(call, '')) do
    local member = call.members[user]
    if not told and user ~= by and (member.legacy or ringing(member)) then hush(call, user) end
    release(call, user, inside(member) and 'left' or 'no_answer')
  end
  if redis.call('GET', place_of(call)) == call.id then redis.call('DEL', place_of(call)) end
  local started = 'call_started:user_id:' .. call.starter
  if redis.call('GET', started) == call.id then redis.call('DEL', started) end
  redis.call('DEL', 'call:' .. call.id, 'call_signals:' .. call.id)
  disarm('look', call, '')
  if call.group then
    post('g:' .. call.group, 'b', event(626, {
      group_id = call.group, call_id = call.id, running = false, video = call.video,
      starter_id = call.starter}))
  end
  keep_record(call, why)
end

local function conclude(call, by)
  local within = #people(call, inside)
  if within > 1 or within == 1 and (call.kind == 'room' or #people(call, ringing) > 0) then
    save(call)
    return false
  end
  finish(call, by, false)
  return true
end

-- The original's caller goes on showing the call when the other hung up; its own 604 ends it.
local function only_caller_left(call)
  local within = people(call, inside)
  return call.kind == 'direct' and call.answered and #within == 1 and within[1] == call.starter and
         call.members[call.starter].legacy
end

-- Somebody inside leaves or is taken out, and it is told; `body`: 604 as a legacy client said it.
local function walk_out(call, user, state, by, body)
  local was_legacy = call.members[user].legacy
  release(call, user, state)
  tell(call, user, by)
  relay_to_others(call, 604, user, '', body)
  if was_legacy and by ~= user then hush(call, user) end
  if body ~= '' and only_caller_left(call) then
    save(call)
  else
    conclude(call, by)
  end
end
)lua";

// ring(call, user, caller): calls somebody; announce_rings(call, users, body): has them told.
// free(user, id): true unless the user is connected in another call; leaves one it is away from.
// go_in(call, seat): `me` joins, comes back, or takes over from another device; nil, or why not.
// state_for(call): the answer 611. create(seat, call): a new call with its starter inside.
inline constexpr std::string_view kCallEntry = R"lua(
local function media_of(json)
  if json == '' then return nil end
  return cjson.decode(json)
end

local function ring(call, user, caller)
  local member = call.members[user] or
                 {stay = 0, device = '', legacy = false,
                  media = {muted = false, camera = false, screen = false, recording = false}}
  call.members[user] = member
  member.caller = caller
  local stale = load(redis.call('GET', 'call_of:user_id:' .. user))
  if stale and only_caller_left(stale) then finish(stale, '', false) end
  if redis.call('EXISTS', 'call_quiet:user_id:' .. user) == 1 then
    member.state = 'do_not_disturb'
    deny(call, user, ' 拒绝了您的通话请求', '')
  elseif redis.call('EXISTS', 'call_of:user_id:' .. user) == 1 then
    member.state = 'busy'
    deny(call, user, ' 正在聊天中', '')
  else
    member.state = 'ringing'
    redis.call('SADD', 'call_rings:user_id:' .. user, call.id)
    arm('ring', call, user, limits.ring)
  end
end

-- `body`: 600 as a legacy client said it, which goes to the whole group.
local function announce_rings(call, users, body)
  local rings = event(612, {call = shown(call), caller_id = me, ['until'] = (now + limits.ring) / 1000})
  if body ~= '' then post('u:' .. me, 'b', body) end
  for _, user in ipairs(users) do
    if ringing(call.members[user]) then
      post('u:' .. user, 'b', rings)
      if body ~= '' then
        post('u:' .. user, 'b', body)
      else
        relay(600, me, user, call.group or user,
              {is_group = call.kind == 'group', video = call.video, room_id = call.starter})
      end
    end
  end
end

local function free(user, id)
  local of = 'call_of:user_id:' .. user
  local at = redis.call('GET', of)
  if not at or at == id then return true end
  local call = load(at)
  local member = call and call.members[user]
  if not inside(member) then
    redis.call('DEL', of)
    return true
  end
  if member.state == 'joined' and not legacy then return false end
  if legacy and call.starter == user then
    finish(call, user, false)
  else
    walk_out(call, user, 'left', user, '')
  end
  return true
end

-- Whoever goes into a call is busy for the others that ring.
local function leave_rings(user, id)
  for _, other in ipairs(redis.call('SMEMBERS', 'call_rings:user_id:' .. user)) do
    local call = other ~= id and load(other)
    if call and ringing(call.members[user]) then
      release(call, user, 'busy')
      tell(call, user, user)
      deny(call, user, ' 正在聊天中', '')
      conclude(call, '')
    end
  end
end

local function sit_down(call, seat)
  local member = call.members[me] or {caller = nil}
  local media = seat.media or member.media or
                {muted = false, camera = false, screen = false, recording = false}
  if inside(member) then forget_signals(call, me) end
  call.stays = call.stays + 1
  member.state, member.stay, member.place, member.was = 'joined', call.stays, place, true
  member.device, member.legacy, member.media = seat.device, legacy, media
  call.members[me] = member
  redis.call('SREM', 'call_rings:user_id:' .. me, call.id)
  redis.call('SET', 'call_of:user_id:' .. me, call.id)
  disarm('ring', call, me)
  disarm('away', call, me)
  if not call.answered and #people(call, inside) > 1 then call.answered = now end
end

local function come_back(call, seat)
  local member, received = call.members[me], {}
  member.state, member.place = 'joined', place
  member.media = seat.media or member.media
  disarm('away', call, me)
  for user, n in pairs(seat.received) do
    local other = call.members[user]
    if inside(other) then
      received[#received + 1] = {user_id = user, n = n}
      redis.call('HSET', 'call_signals:' .. call.id,
                 user .. ' ' .. other.stay .. ' ' .. me .. ' ' .. member.stay, n)
    end
  end
  tell(call, me, me, received)
end

local function go_in(call, seat)
  local member = call.members[me]
  if member and member.state == 'removed' then return 'not_allowed' end
  if inside(member) and member.legacy == legacy and
     (legacy and member.place == place or not legacy and member.device == seat.device) then
    if not legacy then come_back(call, seat) end
    save(call)
    return nil
  end
  local rang = ringing(member)
  if inside(member) then
    if member.state == 'joined' and not seat.move and not legacy then return 'already_in_call' end
    if member.legacy then hush(call, me) end
    relay_to_others(call, 604, me, '', '')
  else
    if #people(call, inside) >= call.size or not member and not make_place(call, 1) then
      return 'call_full'
    end
    if not free(me, call.id) then return 'already_in_call' end
  end
  leave_rings(me, call.id)
  sit_down(call, seat)
  member = call.members[me]
  if seat.turned then member.caller = nil
  elseif legacy then member.caller = member.caller or call.starter end
  tell(call, me, me)
  relay_to_others(call, 601, me, member.caller, seat.body)
  if rang and not legacy then hush(call, me) end
  save(call)
  return nil
end

local function state_for(call)
  local taken, member = {}, call.members[me]
  if inside(member) then
    for _, other in ipairs(people(call, inside)) do
      if other ~= me then
        local n = redis.call('HGET', 'call_signals:' .. call.id, me .. ' ' .. member.stay .. ' ' ..
                             other .. ' ' .. call.members[other].stay)
        taken[#taken + 1] = {user_id = other, n = tonumber(n) or 0}
      end
    end
  end
  return event(611, {call = shown(call), taken = taken})
end

local function create(call, seat)
  call.rev, call.owner, call.starter, call.started, call.stays = 1, me, me, now, 0
  call.members = {}
  sit_down(call, seat)
  redis.call('SET', place_of(call), call.id)
  redis.call('SET', 'call_started:user_id:' .. me, call.id)
  arm('look', call, '', 30000)
end
)lua";

}  // namespace chat::store::scripts
