// What the scripts of calls.cc share: a call as it lies in Redis, and what is told of it.
//
// `call:ID` is JSON: {id, rev, kind, a, b or group or code, video, owner, starter, started,
// answered, size, stays, members: {USER: {state, stay, device, place, legacy, media, caller,
// was}}}; times are milliseconds. Every script's ARGV begins: bus length, people inside at most,
// milliseconds of ringing, of the time to come back, people rung at most, trace id, user, place
// ("WORKER/CONNECTION"), 1 for a client on types 600 to 605.
#pragma once

#include <string_view>

namespace chat::store::scripts {

// load(id), save(call), inside(member), people(call, fits): user ids by stay. member_of(call,
// user), shown(call): records CallMember and Call. event(type, mess): a message for the bus.
// make_place(call, count): whether so many more people fit into it, gone ones included, of whom it
// forgets some. forget_signals(call, user): their numbers, as that stay ends.
// concerned(call, user): whoever hears of changes, `user` as well. tell(call, user, by, received):
// the change of that member. relay(type, from, to, receiver, mess), room_of(call): what legacy
// clients hear. arm(what, call, user, ms), disarm(…): timers.
inline constexpr std::string_view kCallState = R"lua(
local limits = {size = tonumber(ARGV[2]), ring = tonumber(ARGV[3]), grace = tonumber(ARGV[4]),
                rung = tonumber(ARGV[5])}
local trace, me, place, legacy = ARGV[6], ARGV[7], ARGV[8], ARGV[9] == '1'
local now = math.floor(now_us() / 1000)

local function load(id)
  local json = id and redis.call('GET', 'call:' .. id)
  return json and cjson.decode(json) or nil
end

local function save(call) redis.call('SET', 'call:' .. call.id, cjson.encode(call)) end

local function inside(member)
  return member ~= nil and (member.state == 'joined' or member.state == 'away')
end

local function ringing(member) return member ~= nil and member.state == 'ringing' end

local function people(call, fits)
  local found = {}
  for user, member in pairs(call.members) do
    if fits(member) then found[#found + 1] = user end
  end
  table.sort(found, function(a, b)
    local first, second = call.members[a].stay, call.members[b].stay
    if first ~= second then return first < second end
    return a < b
  end)
  return found
end

-- Whoever never came, or left first, goes first; nobody who was taken out, who might come in again.
local function make_place(call, count)
  local out, total = {}, 0
  for _, user in ipairs(people(call, function() return true end)) do
    local member = call.members[user]
    total = total + 1
    if not inside(member) and not ringing(member) and member.state ~= 'removed' then
      out[#out + 1] = user
    end
  end
  local surplus = total + count - limits.size - 4 * limits.rung
  for i = 1, math.min(surplus, #out) do call.members[out[i]] = nil end
  return surplus <= #out
end

local function forget_signals(call, user)
  local key, stay = 'call_signals:' .. call.id, user .. ' ' .. call.members[user].stay
  for _, other in ipairs(people(call, inside)) do
    local its = other .. ' ' .. call.members[other].stay
    redis.call('HDEL', key, stay .. ' ' .. its, its .. ' ' .. stay)
  end
end

-- Legacy clients offer to the one who called them, and to whoever is announced to them by 601.
local function later_offers(call, earlier, later)
  local one, other = call.members[earlier], call.members[later]
  if not one.legacy and not other.legacy then return true end
  return earlier == other.caller
end

local function member_of(call, user)
  local member, offers = call.members[user], {}
  if inside(member) then
    for _, other in ipairs(people(call, inside)) do
      if call.members[other].stay < member.stay and later_offers(call, other, user) then
        offers[#offers + 1] = other
      end
    end
  end
  return {user_id = user, state = member.state, stay = member.stay, device = member.device,
          legacy = member.legacy, offers_to = offers, media = member.media}
end

local function shown(call)
  local members = {}
  for _, user in ipairs(people(call, function() return true end)) do
    members[#members + 1] = member_of(call, user)
  end
  return {call_id = call.id, rev = call.rev, kind = call.kind,
          between = call.kind == 'direct' and {call.a, call.b} or {}, group_id = call.group,
          code = call.code, video = call.video, owner_id = call.owner, starter_id = call.starter,
          started = call.started / 1000, answered = call.answered and call.answered / 1000,
          size = call.size, members = members}
end

local function event(type, mess)
  return cmsgpack.pack({type = type, mess = mess, timestamp = now_us() / 1000000, trace_id = trace})
end

local function concerned(call, user)
  local found = people(call, function(member) return inside(member) or ringing(member) end)
  local known = user == '' or inside(call.members[user]) or ringing(call.members[user])
  if not known then found[#found + 1] = user end
  return found
end

local function tell_all(call, user, body)
  for _, other in ipairs(concerned(call, user)) do post('u:' .. other, 'b', body) end
end

local function tell(call, user, by, received)
  call.rev = call.rev + 1
  tell_all(call, user, event(615, {
    call_id = call.id, rev = call.rev, member = member_of(call, user), by = by,
    owner_id = call.owner, answered = call.answered and call.answered / 1000,
    received = received}))
end

local function room_of(call) return {is_group = call.kind == 'group', room_id = call.starter} end

local function relay(type, from, to, receiver, mess)
  post('u:' .. to, 'b', cmsgpack.pack({
    type = type, sender_id = from, receiver_id = receiver, mess = mess,
    timestamp = now_us() / 1000000, trace_id = trace}))
end

-- To the legacy clients inside, but for two: what was said, or else the same in the server's words.
local function relay_to_others(call, type, from, except, body)
  for _, other in ipairs(people(call, inside)) do
    if call.members[other].legacy and other ~= from and other ~= except then
      if body ~= '' then
        post('u:' .. other, 'b', body)
      else
        relay(type, from, other, call.group or other, room_of(call))
      end
    end
  end
end

-- A refusal in words, for a legacy client that calls.
local function deny(call, user, words, body)
  local caller = call.members[user].caller
  if not caller or not inside(call.members[caller]) or not call.members[caller].legacy then return end
  if body ~= '' then
    post('u:' .. caller, 'b', body)
    return
  end
  local name = redis.call('HGET', 'user_id:' .. user, 'username') or user
  relay(602, user, caller, caller, {type = 'deny', message = name .. words})
end

-- Has the user's legacy client stop ringing, or hang up.
local function hush(call, user)
  local from = call.members[user].caller or call.starter
  if from == user then
    for other in pairs(call.members) do
      if other ~= user then from = other end
    end
  end
  relay(605, from, user, call.group or user, room_of(call))
end

local function arm(what, call, user, ms)
  redis.call('ZADD', 'call_timers', now + ms, what .. ' ' .. call.id .. ' ' .. user)
end

local function disarm(what, call, user)
  redis.call('ZREM', 'call_timers', what .. ' ' .. call.id .. ' ' .. user)
end
)lua";

}  // namespace chat::store::scripts
