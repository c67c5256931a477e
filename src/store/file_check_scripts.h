// The scripts of file_check.cc.
#pragma once

#include "store/kept_files_scripts.h"
#include "store/lua_common.h"
#include "store/script.h"

namespace chat::store::scripts {

// Looks at all records of files at once, so that a server that runs changes nothing meanwhile.
// ARGV: 1 to mend, seconds until a file goes that nothing shows. Returns {what does not fit, as
// text; how many files; hash, name and "1" for one with a preview of each content; ids of
// unfinished uploads; fields and values of file:hash}.
inline const Script check_files{lua::kBasics, kDrop, R"lua(
local mend, now, said = ARGV[1] == '1', math.floor(now_us() / 1000000), {}
local function tell(...) said[#said + 1] = table.concat({...}) end

local function ids(prefix)
  local found, known, cursor = {}, {}, '0'
  repeat
    local page = redis.call('SCAN', cursor, 'MATCH', prefix .. '*', 'COUNT', 1000)
    cursor = page[1]
    for _, key in ipairs(page[2]) do
      local id = string.match(key, '^' .. prefix .. '(%x+)$')
      if id and not known[id] then
        known[id], found[#found + 1] = true, id
      end
    end
  until cursor == '0'
  return found
end

local files, bytes = 0, {}
for _, id in ipairs(ids('file:')) do
  local held = redis.call('HMGET', 'file:' .. id, 'owner', 'length', 'hash')
  local owner, length = held[1] or '', tonumber(held[2]) or 0
  local whole = held[3] and redis.call('EXISTS', 'content:' .. held[3]) == 1
  if not whole then
    tell('file ', id, ' has no content')
    if mend then drop(id) end
  end
  if whole or not mend then
    files, bytes[owner] = files + 1, (bytes[owner] or 0) + length
  end
  if whole then
    if redis.call('SISMEMBER', 'content_files:' .. held[3], id) == 0 then
      tell('file ', id, ' is not listed with its content')
      if mend then redis.call('SADD', 'content_files:' .. held[3], id) end
    end
    local shown = redis.call('EXISTS', 'file_places:' .. id) == 1
    if not shown and not redis.call('ZSCORE', 'files:due', id) then
      tell('file ', id, ' is shown by nothing, and would stay')
      if mend then redis.call('ZADD', 'files:due', now + ARGV[2], id) end
    end
  end
end

local contents = {}
for _, hash in ipairs(ids('content:')) do
  local left = 0
  for _, id in ipairs(redis.call('SMEMBERS', 'content_files:' .. hash)) do
    if redis.call('EXISTS', 'file:' .. id) == 1 then
      left = left + 1
    else
      tell('content ', hash, ' lists file ', id, ', which is none')
      if mend then redis.call('SREM', 'content_files:' .. hash, id) end
    end
  end
  local held = redis.call('HMGET', 'content:' .. hash, 'name', 'preview')
  if left == 0 then
    tell('content ', hash, ' is that of no file')
    if mend then redis.call('UNLINK', 'content:' .. hash, 'content_files:' .. hash) end
  end
  if left > 0 or not mend then
    for _, word in ipairs({hash, held[1] or '', held[2] or ''}) do
      contents[#contents + 1] = word
    end
  end
end

for _, id in ipairs(redis.call('ZRANGE', 'files:due', 0, -1)) do
  if redis.call('EXISTS', 'file:' .. id) == 0 then
    tell('file ', id, ' is to go, but is none')
    if mend then redis.call('ZREM', 'files:due', id) end
  end
end

local counted = redis.call('HGETALL', 'files:bytes')
for i = 1, #counted, 2 do
  local owner, count = counted[i], tonumber(counted[i + 1])
  local right = bytes[owner] or 0
  bytes[owner] = nil
  if count ~= right then
    tell(string.format('user %s: %.0f bytes are counted, %.0f are there', owner, count, right))
    if mend then redis.call('HSET', 'files:bytes', owner, string.format('%.0f', right)) end
  end
end
for owner, right in pairs(bytes) do
  if right > 0 then
    tell(string.format('user %s: 0 bytes are counted, %.0f are there', owner, right))
    if mend then redis.call('HSET', 'files:bytes', owner, string.format('%.0f', right)) end
  end
end
return {said, files, contents, ids('upload:'), redis.call('HGETALL', 'file:hash')}
)lua"};

// ARGV: hash, name of a content that is not on disk. Removes the files that are it.
inline const Script lose_content{lua::kBasics, kDrop, R"lua(
if redis.call('HGET', 'content:' .. ARGV[1], 'name') ~= ARGV[2] then return end
for _, id in ipairs(redis.call('SMEMBERS', 'content_files:' .. ARGV[1])) do drop(id) end
)lua"};

// ARGV: hash, name of a content whose preview is not on disk.
inline const Script lose_preview{R"lua(
if redis.call('HGET', 'content:' .. ARGV[1], 'name') ~= ARGV[2] then return end
redis.call('HSET', 'content:' .. ARGV[1], 'preview', '0')
)lua"};

// ARGV: hash, path that leads to nothing.
inline const Script lose_path{R"lua(
if redis.call('HGET', 'file:hash', ARGV[1]) == ARGV[2] then
  redis.call('HDEL', 'file:hash', ARGV[1])
end
)lua"};

}  // namespace chat::store::scripts
