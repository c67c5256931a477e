// The scripts of place_check.cc.
#pragma once

#include "store/lua_common.h"
#include "store/script.h"

namespace chat::store::scripts {

// shown_by(message): the file that a stored message shows; nil for none. avatars(visit): calls
// visit(file) for every picture of a user or group that is a file.
inline constexpr std::string_view kShowing = R"lua(
local function file_at(path)
  return type(path) == 'string' and string.match(path, '^/files/(%x+)$') or nil
end

local function shown_by(message)
  if not string.find(message, 'files', 1, true) then return nil end
  local read, value = pcall(cjson.decode, message)
  local mess = read and type(value) == 'table' and value.mess
  return type(mess) == 'table' and file_at(mess.path) or nil
end

local function avatars(visit)
  local cursor = '0'
  repeat
    local page = redis.call('SCAN', cursor, 'MATCH', 'user_id:*', 'TYPE', 'hash', 'COUNT', 1000)
    cursor = page[1]
    for _, key in ipairs(page[2]) do
      local file = file_at(redis.call('HGET', key, 'avatar'))
      if file then visit(file) end
    end
  until cursor == '0'
  local groups = redis.call('HGETALL', 'groups')
  for i = 2, #groups, 2 do
    local read, value = pcall(cjson.decode, groups[i])
    local file = read and type(value) == 'table' and file_at(value.avatar)
    if file then visit(file) end
  end
end
)lua";

// ARGV: cursor of SCAN. Returns {next cursor, file, place, count, … as they are noted}.
inline const Script noted_places{R"lua(
local page = redis.call('SCAN', ARGV[1], 'MATCH', 'file_places:*', 'COUNT', 1000)
local noted = {}
for _, key in ipairs(page[2]) do
  local places = redis.call('HGETALL', key)
  for i = 1, #places, 2 do
    for _, word in ipairs({string.match(key, '^file_places:(.*)$'), places[i], places[i + 1]}) do
      noted[#noted + 1] = word
    end
  end
end
return {page[1], noted}
)lua"};

// ARGV: cursor of SCAN. Returns {next cursor, keys of conversations}.
inline const Script conversations{R"lua(
return redis.call('SCAN', ARGV[1], 'MATCH', 'message:*', 'TYPE', 'zset', 'COUNT', 1000)
)lua"};

// ARGV: key of a conversation, ranks of the first and last message to look at. Returns {how many
// there were, files that they show}.
inline const Script files_shown{kShowing, R"lua(
local messages, files = redis.call('ZRANGE', ARGV[1], ARGV[2], ARGV[3]), {}
for _, message in ipairs(messages) do files[#files + 1] = shown_by(message) end
return {#messages, files}
)lua"};

// Returns the files that are pictures of users and groups, each as often as it is one.
inline const Script files_open{kShowing, R"lua(
local files = {}
avatars(function(file) files[#files + 1] = file end)
return files
)lua"};

// ARGV: file, place, 1 to mend, seconds until a file goes that nothing shows. Returns how often the
// file is shown there, and how often it was noted to be; -1 for the first when it is no file.
inline const Script recount{lua::kBasics, kShowing, R"lua(
local file, place, mend = ARGV[1], ARGV[2], ARGV[3] == '1'
local places, right = 'file_places:' .. file, 0
local noted = tonumber(redis.call('HGET', places, place)) or 0
if redis.call('EXISTS', 'file:' .. file) == 0 then
  if mend then redis.call('HDEL', places, place) end
  return {-1, noted}
end
local function see(other)
  if other == file then right = right + 1 end
end
if place == 'open' then
  avatars(see)
else
  for first = 0, redis.call('ZCARD', place) - 1, 1000 do
    for _, message in ipairs(redis.call('ZRANGE', place, first, first + 999)) do
      if string.find(message, file, 1, true) then see(shown_by(message)) end
    end
  end
end
if not mend or right == noted then return {right, noted} end
if right > 0 then
  redis.call('HSET', places, place, right)
  redis.call('ZREM', 'files:due', file)
else
  redis.call('HDEL', places, place)
  if redis.call('EXISTS', places) == 0 then
    redis.call('ZADD', 'files:due', math.floor(now_us() / 1000000) + ARGV[4], file)
  end
end
return {right, noted}
)lua"};

}  // namespace chat::store::scripts
