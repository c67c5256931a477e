#include "store/peers.h"

#include <utility>

#include "store/lua_common.h"
#include "store/script.h"

namespace chat::store {
namespace {

// ARGV: cursor. Returns the next cursor.
const Script index_some{R"lua(
local step = redis.call('SCAN', ARGV[1], 'MATCH', 'message:users:*', 'COUNT', 500)
for _, key in ipairs(step[2]) do
  local one, other = string.match(key, '^message:users:%[(.-),(.-)%]$')
  local newest = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
  if one and newest[2] then
    redis.call('ZADD', 'user_peers:user_id:' .. one, 'GT', newest[2], other)
    redis.call('ZADD', 'user_peers:user_id:' .. other, 'GT', newest[2], one)
  end
end
return step[1]
)lua"};

}  // namespace

coro::Task<std::vector<std::string>> Peers::of(std::string user_id, std::size_t count) {
  const std::string key = "user_peers:user_id:" + user_id;
  const Reply peers =
      co_await redis_.command("ZRANGE", key, 0, static_cast<std::int64_t>(count) - 1, "REV");
  co_return peers.texts();
}

coro::Task<void> Peers::index_all() {
  const Reply begun = co_await redis_.command("SET", "user_peers:indexing", 1, "NX", "EX", 10);
  if (begun.is_nil()) co_return;
  std::string cursor = "0";
  do {
    const Reply next = co_await redis_.run(index_some, cursor);
    cursor = next.text;
  } while (cursor != "0");
}

}  // namespace chat::store
