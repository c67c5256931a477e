#include "store/name_index.h"

#include <utility>

#include "store/lua_common.h"
#include "store/profile_reply.h"
#include "store/script.h"

namespace chat::store {
namespace {

// ARGV: prefix, count. No byte of UTF-8 is 255.
const Script find_names{lua::kProfiles, R"lua(
local prefix = string.lower(ARGV[1])
local entries = redis.call('ZRANGE', 'user_names', '[' .. prefix, '(' .. prefix .. '\255', 'BYLEX',
                           'LIMIT', 0, ARGV[2])
local profiles = {}
for _, entry in ipairs(entries) do
  profiles[#profiles + 1] = profile(string.match(entry, '%z([^%z]*)$'))
end
return profiles
)lua"};

// ARGV: cursor. Returns the next cursor.
const Script index_some{lua::kNames, R"lua(
local step = redis.call('SCAN', ARGV[1], 'MATCH', 'username:*', 'COUNT', 500, 'TYPE', 'string')
for _, key in ipairs(step[2]) do
  index_name(string.sub(key, #'username:' + 1), redis.call('GET', key))
end
return step[1]
)lua"};

}  // namespace

coro::Task<std::vector<Profile>> NameIndex::find(std::string prefix, std::size_t count) {
  Reply list = co_await redis_.run(find_names, prefix, count);
  co_return profiles_of(std::move(list));
}

coro::Task<void> NameIndex::index_all() {
  const Reply begun = co_await redis_.command("SET", "user_names:indexing", 1, "NX", "EX", 10);
  if (begun.is_nil()) co_return;
  std::string cursor = "0";
  do {
    const Reply next = co_await redis_.run(index_some, cursor);
    cursor = next.text;
  } while (cursor != "0");
}

}  // namespace chat::store
