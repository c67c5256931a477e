// The users of the managed Redis: `chatd`, who may do what the server needs, and `admin`, for
// people. The user whom Redis offers to everybody is off.
#pragma once

#include <chrono>
#include <string>

#include "config/redis_address.h"

namespace chat::process {

inline constexpr char kRedisServerUser[] = "chatd";
inline constexpr char kRedisAdminUser[] = "admin";

// Writes `folder`/users.acl, which Redis reads at its start, and the passwords beside it where they
// are missing: chatd.password and admin.password. All are their owner's alone, and users.acl holds
// digests only. Returns the password of `chatd`. Throws StartError.
std::string prepare_redis_users(const std::string& folder);

// The same for a Redis that runs already, at `address`, with the users that another version of the
// server gave it: from now on `chatd` may do what this version needs as well, there and in
// users.acl, and nobody's connection ends (ACL LOAD would end them all). What that version needs
// stays: it may serve on. Returns the password of `chatd`. Waits, `patience` at most, for a Redis
// that is just started again. Throws StartError.
std::string extend_redis_users(const std::string& folder, config::RedisAddress address,
                               std::chrono::milliseconds patience);

// The password of `chatd` in a folder that a server has prepared. Throws StartError when there is
// none, or this process may not read it.
std::string redis_server_password(const std::string& folder);

// The file for the `aclfile` setting of Redis.
std::string redis_users_file(const std::string& folder);

}  // namespace chat::process
