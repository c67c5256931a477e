#include "store/continuity.h"

#include <cstdio>
#include <fstream>
#include <string_view>

#include "base/ids.h"
#include "base/log.h"
#include "store/lua_common.h"
#include "store/script.h"

namespace chat::store {
namespace {

// run_id(): of the Redis server, anew for each start. begin_era(): one is enough for ten seconds in
// the life of one Redis server.
constexpr std::string_view kEras = R"lua(
local function run_id() return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') end

local function begin_era()
  local now, run = now_us(), run_id()
  local era, its_run = redis.call('GET', 'conversation:era'), redis.call('GET', 'conversation:era_run')
  redis.call('SET', 'conversation:run', run)
  if era and its_run == run and math.abs(now - tonumber(era, 16)) < 10000000 then return end
  redis.call('SET', 'conversation:era', string.format('%x', now))
  redis.call('SET', 'conversation:era_run', run)
end
)lua";

// ARGV: worker, lease in ms, seal or '', 1 to wait for others. Returns 'whole', 'lost' or 'wait'.
// An empty database has nothing that could go on.
const Script take_up_numbering{lua::kBasics, kEras, R"lua(
local seal, first = redis.call('GET', 'conversation:seal'), redis.call('SCAN', '0')
local empty = first[1] == '0' and #first[2] == 0
local whole = empty or redis.call('GET', 'conversation:run') == run_id() or
              (ARGV[3] ~= '' and seal == ARGV[3])
local now = math.floor(now_us() / 1000)
if not whole and ARGV[4] == '1' and redis.call('ZCOUNT', 'presence:workers', now, '+inf') > 0 then
  return 'wait'
end
if not whole then begin_era() end
redis.call('SET', 'conversation:run', run_id())
redis.call('DEL', 'conversation:seal')
redis.call('ZADD', 'presence:workers', now + ARGV[2], ARGV[1])
return whole and 'whole' or 'lost'
)lua"};

const Script confirm_run{kEras, R"lua(
redis.call('SET', 'conversation:run', run_id())
)lua"};

const Script begin_new_era{lua::kBasics, kEras, "begin_era()"};

// ARGV: seal. Returns 1 when it is left: the first of the last workers leaves it, so that those
// that leave at the same time do not put one into Redis and another into the file.
const Script leave_seal{lua::kBasics, R"lua(
local now = math.floor(now_us() / 1000)
if redis.call('ZCOUNT', 'presence:workers', now, '+inf') > 0 then return 0 end
if not redis.call('SET', 'conversation:seal', ARGV[1], 'NX') then return 0 end
redis.call('DEL', 'conversation:run')
return 1
)lua"};

}  // namespace

coro::Task<bool> Continuity::take_up(std::chrono::milliseconds lease, bool patient) {
  std::string seal;
  std::getline(std::ifstream(file_), seal);
  const Reply found =
      co_await redis_.run(take_up_numbering, worker_, lease.count(), seal, patient ? 1 : 0);
  if (found.text == "wait") co_return false;
  if (found.text == "lost")
    log::warn("Redis cannot show that it lost nothing since it was left: numbering begins anew");
  // It is good for one start: what is written from now on is not under it.
  std::remove(file_.c_str());
  certain_ = true;
  co_return true;
}

coro::Task<void> Continuity::confirm() {
  co_await redis_.run(confirm_run);
  certain_ = true;
}

coro::Task<void> Continuity::begin_era() {
  co_await redis_.run(begin_new_era);
  certain_ = true;
}

coro::Task<void> Continuity::leave() {
  if (!certain_) co_return;
  const std::string seal = random_token();
  const Reply left = co_await redis_.run(leave_seal, seal);
  if (left.number() == 0) co_return;
  std::ofstream file(file_, std::ios::trunc);
  if (!(file << seal << std::endl))
    log::warn("{} cannot be written: the next start begins numbering anew", file_);
}

}  // namespace chat::store
