#include "store/newest.h"

#include <utility>

#include "store/script.h"

namespace chat::store {
namespace {

// ARGV: key, timestamp. The messages of a dissolved group are removed, which is no loss.
const Script look_for_entry{R"lua(
if redis.call('ZCOUNT', ARGV[1], ARGV[2], ARGV[2]) > 0 then return 1 end
local group = string.match(ARGV[1], '^message:common_id:(.*)')
return group and redis.call('EXISTS', 'group_dissolved:' .. group) or 0
)lua"};

}  // namespace

void Newest::note(std::string key, std::string timestamp) {
  key_ = std::move(key);
  timestamp_ = std::move(timestamp);
}

coro::Task<bool> Newest::is_held() {
  if (key_.empty()) co_return true;
  const Reply held = co_await redis_.run(look_for_entry, key_, timestamp_);
  co_return held.number() != 0;
}

}  // namespace chat::store
