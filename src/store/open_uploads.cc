#include "store/open_uploads.h"

#include <utility>

#include "store/lua_common.h"

namespace chat::store {
namespace {

std::string key_of(const std::string& id) { return "upload:" + id; }
std::string list_of(const std::string& owner) { return "uploads:user_id:" + owner; }

// ARGV: id, owner, length, name, seconds of pause, most open, quota or 0. Returns when it expires.
const Script begin_upload{lua::kBasics, R"lua(
local id, owner, length = ARGV[1], ARGV[2], tonumber(ARGV[3])
local key, list, now = 'upload:' .. id, 'uploads:user_id:' .. owner, math.floor(now_us() / 1000000)
local most, quota, open = tonumber(ARGV[6]), tonumber(ARGV[7]), {}
local held = tonumber(redis.call('HGET', 'files:bytes', owner) or 0)
for _, other in ipairs(redis.call('ZRANGE', list, 0, -1)) do
  local bytes = redis.call('HGET', 'upload:' .. other, 'length')
  if bytes then open[#open + 1], held = other, held + bytes end
end
if #open >= most then return refuse('too_many_uploads') end
if quota > 0 and held + length > quota then return refuse('quota_exceeded') end
local ends = now + ARGV[5]
redis.call('ZREMRANGEBYSCORE', list, '-inf', now)
redis.call('HSET', key, 'owner', owner, 'length', ARGV[3], 'name', ARGV[4], 'expires', ends)
redis.call('EXPIRE', key, ARGV[5])
redis.call('ZADD', list, ends, id)
redis.call('EXPIRE', list, ARGV[5])
return ends
)lua"};

// ARGV: id, owner, seconds of pause. Returns when it expires.
const Script go_on_upload{lua::kBasics, R"lua(
local key, list = 'upload:' .. ARGV[1], 'uploads:user_id:' .. ARGV[2]
if redis.call('EXISTS', key) == 0 then return refuse('no_such_file') end
local ends = math.floor(now_us() / 1000000) + ARGV[3]
redis.call('HSET', key, 'expires', ends)
redis.call('EXPIRE', key, ARGV[3])
redis.call('ZADD', list, ends, ARGV[1])
redis.call('EXPIRE', list, ARGV[3])
return ends
)lua"};

// ARGV: ids. Returns 1 or 0 for each.
const Script exist_uploads{R"lua(
local found = {}
for i, id in ipairs(ARGV) do found[i] = redis.call('EXISTS', 'upload:' .. id) end
return found
)lua"};

}  // namespace

coro::Task<std::int64_t> OpenUploads::begin(OpenUpload upload, UploadAllowance allowance) {
  const Reply expires =
      co_await redis_.run(begin_upload, upload.id, upload.owner, upload.length, upload.name,
                          allowance.pause.count(), allowance.most_open, allowance.quota);
  co_return expires.number();
}

coro::Task<std::optional<OpenUpload>> OpenUploads::find(std::string id) {
  const Reply held =
      co_await redis_.command("HMGET", key_of(id), "owner", "length", "name", "expires");
  if (held.at(0).is_nil()) co_return std::nullopt;
  OpenUpload upload;
  upload.id = std::move(id);
  upload.owner = held.at(0).text;
  upload.length = static_cast<std::uint64_t>(held.at(1).number());
  upload.name = held.at(2).text;
  upload.expires = held.at(3).number();
  co_return upload;
}

coro::Task<std::int64_t> OpenUploads::go_on(OpenUpload upload, std::chrono::seconds pause) {
  const Reply expires = co_await redis_.run(go_on_upload, upload.id, upload.owner, pause.count());
  co_return expires.number();
}

coro::Task<void> OpenUploads::end(OpenUpload upload) {
  co_await redis_.command("UNLINK", key_of(upload.id));
  co_await redis_.command("ZREM", list_of(upload.owner), upload.id);
}

coro::Task<std::vector<bool>> OpenUploads::exist(std::vector<std::string> ids) {
  std::vector<bool> found(ids.size());
  const Reply reply = co_await redis_.run(exist_uploads, std::move(ids));
  for (std::size_t i = 0; i < found.size(); ++i) found[i] = reply.at(i).number() != 0;
  co_return found;
}

}  // namespace chat::store
