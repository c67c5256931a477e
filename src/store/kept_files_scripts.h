// The scripts of kept_files.cc.
#pragma once

#include "store/lua_common.h"
#include "store/script.h"

namespace chat::store::scripts {

// drop(id): removes a file's record; the name of its content when that was its last file, else nil.
inline constexpr std::string_view kDrop = R"lua(
local function drop(id)
  local held = redis.call('HMGET', 'file:' .. id, 'owner', 'length', 'hash')
  redis.call('ZREM', 'files:due', id)
  redis.call('UNLINK', 'file:' .. id, 'file_places:' .. id, 'file_holders:' .. id)
  if not held[1] then return nil end
  redis.call('HINCRBY', 'files:bytes', held[1], '-' .. held[2])
  redis.call('SREM', 'content_files:' .. held[3], id)
  if redis.call('SCARD', 'content_files:' .. held[3]) > 0 then return nil end
  local content = 'content:' .. held[3]
  local name = redis.call('HGET', content, 'name')
  redis.call('UNLINK', content)
  return name
end
)lua";

// ARGV: id, owner, name, length, hash, name of the content, one known to be gone, seconds until an
// unsent file goes, what shows it already or '', 1 when the content is the file's own or '' when it
// is another's, then fields and values of the content. Returns the name of the content; nothing
// when another's went meanwhile.
inline const Script keep_file{lua::kBasics, lua::kPlaces, R"lua(
local id, owner, hash, gone = ARGV[1], ARGV[2], ARGV[5], ARGV[7]
local content, now = 'content:' .. hash, math.floor(now_us() / 1000000)
local held = redis.call('HGET', content, 'name')
if not held and ARGV[10] == '' then return false end
if not held or held == gone then
  redis.call('HSET', content, 'name', ARGV[6], unpack(ARGV, 11))
  held = ARGV[6]
end
redis.call('SADD', 'content_files:' .. hash, id)
if redis.call('EXISTS', 'file:' .. id) == 0 then
  redis.call('HINCRBY', 'files:bytes', owner, ARGV[4])
end
redis.call('HSET', 'file:' .. id, 'owner', owner, 'name', ARGV[3], 'length', ARGV[4],
           'hash', hash, 'created', now)
redis.call('SADD', 'file_holders:' .. id, owner)
redis.call('ZADD', 'files:due', now + ARGV[8], id)
if ARGV[9] ~= '' then show_file(id, ARGV[9]) end
redis.call('UNLINK', 'upload:' .. id)
redis.call('ZREM', 'uploads:user_id:' .. owner, id)
return held
)lua"};

// ARGV: id, user or ''. Returns {fields and values of the file, those of its content, by which
// place the user may see it or '', how many places show it}; an empty list when there is no such
// file.
inline const Script see_file{lua::kBasics, lua::kPlaces, R"lua(
local file = redis.call('HGETALL', 'file:' .. ARGV[1])
local hash = redis.call('HGET', 'file:' .. ARGV[1], 'hash')
if not hash then return {} end
return {file, redis.call('HGETALL', 'content:' .. hash), place_of(ARGV[1], ARGV[2]) or '',
        redis.call('HLEN', 'file_places:' .. ARGV[1])}
)lua"};

// ARGV: id, user, place. The user must see it already.
inline const Script show_file{lua::kBasics, lua::kPlaces, R"lua(
if not place_of(ARGV[1], ARGV[2]) then return refuse('no_such_file') end
show_file(ARGV[1], ARGV[3])
)lua"};

// ARGV: id, place, seconds until it goes when nothing shows it.
inline const Script hide_file{lua::kBasics, lua::kPlaces, R"lua(
hide_file(ARGV[1], ARGV[2], tonumber(ARGV[3]))
)lua"};

// ARGV: id, owner. Returns {1 when it is gone now, name of a content that nothing holds or nil}.
inline const Script discard_file{lua::kBasics, kDrop, R"lua(
local id = ARGV[1]
if redis.call('HGET', 'file:' .. id, 'owner') ~= ARGV[2] then return {0} end
if redis.call('HLEN', 'file_places:' .. id) > 0 then return {0} end
return {1, drop(id)}
)lua"};

// ARGV: how many at most. Returns {how many went, names of contents that nothing holds}.
inline const Script sweep_files{lua::kBasics, kDrop, R"lua(
local now, names, count = math.floor(now_us() / 1000000), {}, 0
local due = redis.call('ZRANGEBYSCORE', 'files:due', '-inf', now, 'LIMIT', 0, ARGV[1])
for _, id in ipairs(due) do
  if redis.call('HLEN', 'file_places:' .. id) > 0 then
    redis.call('ZREM', 'files:due', id)
  else
    names[#names + 1], count = drop(id), count + 1
  end
end
return {#due, names}
)lua"};

}  // namespace chat::store::scripts
