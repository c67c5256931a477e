#include "store/users.h"

#include <ctime>
#include <string_view>
#include <utility>

#include "base/ids.h"
#include "store/lua_common.h"
#include "store/profile_reply.h"

namespace chat::store {
namespace {

// ARGV: id, name, field, value, …. Returns 1, 'name' or 'id' (what is taken).
const Script create_user{lua::kNames, R"lua(
if redis.call('EXISTS', 'username:' .. ARGV[2]) == 1 then return 'name' end
if redis.call('EXISTS', 'user_id:' .. ARGV[1]) == 1 then return 'id' end
-- An id means a user or a group, never both.
if redis.call('HEXISTS', 'groups', ARGV[1]) == 1 then return 'id' end
redis.call('HSET', 'user_id:' .. ARGV[1], 'user_id', ARGV[1], 'username', ARGV[2], unpack(ARGV, 3))
redis.call('SET', 'username:' .. ARGV[2], ARGV[1])
index_name(ARGV[2], ARGV[1])
return 1
)lua"};

// ARGV: id, old hash, new hash. Returns the one that is kept then, '' of nobody.
const Script rehash_password{R"lua(
local account = 'user_id:' .. ARGV[1]
local kept = redis.call('HGET', account, 'password')
if kept ~= ARGV[2] then return kept or '' end
redis.call('HSET', account, 'password', ARGV[3])
return ARGV[3]
)lua"};

// ARGV: id, field, value.
const Script set_user_field{R"lua(
if redis.call('EXISTS', 'user_id:' .. ARGV[1]) == 0 then return 0 end
redis.call('HSET', 'user_id:' .. ARGV[1], ARGV[2], ARGV[3])
return 1
)lua"};

// ARGV: bus length, id, notice. Returns 1 when the user was online.
const Script ban_user{lua::kBus, R"lua(
local user = ARGV[2]
local online = redis.call('EXISTS', 'presence:user:' .. user)
redis.call('HSET', 'user_id:' .. user, 'is_active', 0)
post('u:' .. user, 'b', ARGV[3])
return online
)lua"};

// ARGV: name. Returns the fields of the user's hash.
const Script find_user_by_name{R"lua(
local id = redis.call('GET', 'username:' .. ARGV[1])
if not id then return {} end
return redis.call('HGETALL', 'user_id:' .. id)
)lua"};

// ARGV: ids.
const Script find_profiles{lua::kProfiles, R"lua(
local profiles = {}
for _, id in ipairs(ARGV) do profiles[#profiles + 1] = profile(id) end
return profiles
)lua"};

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts)};
}

std::optional<User> user_of(Reply hash) {
  User user;
  for (std::size_t i = 0; i + 1 < hash.items.size(); i += 2) {
    const std::string& field = hash.items[i].text;
    Reply& value = hash.items[i + 1];
    if (field == "user_id") user.id = std::move(value.text);
    if (field == "username") user.name = std::move(value.text);
    if (field == "password") user.password = std::move(value.text);
    if (field == "reg_time") user.registered = std::move(value.text);
    if (field == "role_id") user.role = static_cast<int>(value.number());
    if (field == "is_active") user.active = value.number() == 1;
    if (field == "avatar") user.avatar = std::move(value.text);
    if (field == "ip") user.address = std::move(value.text);
    if (field == "agent") user.agent = std::move(value.text);
  }
  if (user.id.empty()) return std::nullopt;
  return user;
}

}  // namespace

std::vector<Profile> profiles_of(Reply list) {
  std::vector<Profile> profiles;
  profiles.reserve(list.items.size());
  for (Reply& item : list.items) profiles.push_back(profile_of(std::move(item)));
  return profiles;
}

Profile profile_of(Reply item) {
  item.items.resize(kProfileFields);
  Profile profile;
  profile.id = std::move(item.items[0].text);
  profile.name = std::move(item.items[1].text);
  profile.avatar = std::move(item.items[2].text);
  profile.role = static_cast<int>(item.items[3].number());
  profile.active = item.items[4].number() == 1;
  profile.online = item.items[5].number() == 1;
  return profile;
}

coro::Task<std::optional<User>> Users::find(std::string id) {
  Reply hash = co_await redis_.command("HGETALL", "user_id:" + id);
  co_return user_of(std::move(hash));
}

coro::Task<std::optional<User>> Users::find_by_name(std::string name) {
  Reply hash = co_await redis_.run(find_user_by_name, name);
  co_return user_of(std::move(hash));
}

coro::Task<std::optional<User>> Users::create(std::string name, std::string password_hash,
                                              std::string address, std::string agent) {
  User user;
  user.name = std::move(name);
  user.password = std::move(password_hash);
  user.registered = now_text();
  user.address = std::move(address);
  user.agent = std::move(agent);
  while (true) {
    user.id = new_id();
    const Reply reply =
        co_await redis_.run(create_user, user.id, user.name, "password", user.password, "reg_time",
                            user.registered, "role_id", user.role, "is_active", 1, "avatar", "",
                            "ip", user.address, "agent", user.agent);
    if (reply.text == "name") co_return std::nullopt;
    if (reply.text != "id") co_return user;
  }
}

coro::Task<Standing> Users::standing(std::string id) {
  const Reply held = co_await redis_.command("HMGET", "user_id:" + id, "is_active", "role_id");
  Standing standing;
  standing.exists = !held.at(0).is_nil();
  standing.active = held.at(0).number() == 1;
  standing.role = static_cast<int>(held.at(1).number());
  co_return standing;
}

coro::Task<std::vector<Profile>> Users::profiles(std::vector<std::string> ids) {
  if (ids.empty()) co_return std::vector<Profile>();
  Reply list = co_await redis_.run(find_profiles, std::move(ids));
  co_return profiles_of(std::move(list));
}

coro::Task<std::string> Users::rehash(std::string id, std::string old_hash, std::string new_hash) {
  Reply kept = co_await redis_.run(rehash_password, id, old_hash, new_hash);
  co_return std::move(kept.text);
}

coro::Task<bool> Users::ban(std::string id, std::string notice) {
  const Reply online = co_await redis_.run(ban_user, bus_length_, id, notice);
  co_return online.number() != 0;
}

coro::Task<bool> Users::set_avatar(std::string id, std::string path) {
  return set_field(std::move(id), "avatar", std::move(path));
}

coro::Task<bool> Users::set_field(std::string id, std::string field, std::string value) {
  const Reply reply = co_await redis_.run(set_user_field, id, field, value);
  co_return reply.number() == 1;
}

}  // namespace chat::store
