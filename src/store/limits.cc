#include "store/limits.h"

#include "store/digest.h"
#include "store/lua_common.h"

namespace chat::store {
namespace {

using std::chrono::milliseconds;

// ARGV: key, burst, tokens a minute, 1 to take none. Returns the milliseconds to wait for a token;
// 0 took one.
const Script take_token{lua::kBasics, R"lua(
local key, burst, per_minute = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.call('HMGET', key, 'tokens', 'at')
local now, per_ms = math.floor(now_us() / 1000), per_minute / 60000
local tokens = burst
if held[1] then
  local passed = math.max(now - held[2], 0)
  tokens = math.min(burst, held[1] + passed * per_ms)
end
if tokens < 1 then return math.ceil((1 - tokens) / per_ms) end
if ARGV[4] == '1' then return 0 end
redis.call('HSET', key, 'tokens', string.format('%.17g', tokens - 1), 'at', now)
redis.call('PEXPIRE', key, math.ceil((burst - tokens + 1) / per_ms) + 1000)
return 0
)lua"};

// ARGV: key, tries without a wait. Returns the milliseconds to wait; 0 counted a try. Tries are
// forgotten a quarter of an hour after the last.
const Script begin_login_script{lua::kBasics, R"lua(
local key, now = ARGV[1], math.floor(now_us() / 1000)
local wait = (redis.call('HGET', key, 'until') or 0) - now
if wait > 0 then return wait end
local past = redis.call('HINCRBY', key, 'tries', 1) - ARGV[2]
if past >= 0 then
  redis.call('HSET', key, 'until', now + math.min(500 * 2 ^ math.min(past, 20), 60000))
end
redis.call('EXPIRE', key, 900)
return 0
)lua"};

constexpr int kFreeTries = 3;  // a slip of the finger, or several devices of one home at once

std::string tries_key(const std::string& account, const std::string& address) {
  // A name may be anything of any length.
  return "login_tries:" + address + '|' + sha256_hex(account);
}

}  // namespace

coro::Task<milliseconds> Limits::take(std::string what, std::string who, Rate rate) {
  const std::string key = "limit:" + what + ':' + who;
  const Reply wait = co_await redis_.run(take_token, key, rate.burst, rate.per_minute, 0);
  co_return milliseconds(wait.number());
}

coro::Task<milliseconds> Limits::wait(std::string what, std::string who, Rate rate) {
  const std::string key = "limit:" + what + ':' + who;
  const Reply wait = co_await redis_.run(take_token, key, rate.burst, rate.per_minute, 1);
  co_return milliseconds(wait.number());
}

coro::Task<milliseconds> Limits::begin_login(std::string account, std::string address) {
  const Reply wait =
      co_await redis_.run(begin_login_script, tries_key(account, address), kFreeTries);
  co_return milliseconds(wait.number());
}

coro::Task<void> Limits::login_succeeded(std::string account, std::string address) {
  co_await redis_.command("DEL", tries_key(account, address));
}

}  // namespace chat::store
