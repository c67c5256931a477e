// Every command that the server asks of Redis, itself or in a script: what its user may do, and
// nothing else. A lint compares this with the scripts.
#pragma once

#include <array>
#include <string_view>

namespace chat::store {

inline constexpr std::array<std::string_view, 47> kRedisCommands = {
    // the connection
    "PING",
    "SELECT",
    "INFO",
    "SUBSCRIBE",
    "EVAL",
    "EVALSHA",
    "TIME",
    // keys
    "DEL",
    "EXISTS",
    "EXPIRE",
    "PEXPIRE",
    "SCAN",
    "TTL",
    "UNLINK",
    // strings
    "GET",
    "SET",
    // hashes
    "HDEL",
    "HEXISTS",
    "HGET",
    "HGETALL",
    "HINCRBY",
    "HKEYS",
    "HLEN",
    "HMGET",
    "HSET",
    // publication
    "PUBLISH",
    // sets
    "SADD",
    "SCARD",
    "SISMEMBER",
    "SMEMBERS",
    "SPOP",
    "SRANDMEMBER",
    "SREM",
    // sorted sets
    "ZADD",
    "ZCARD",
    "ZCOUNT",
    "ZPOPMIN",
    "ZRANGE",
    "ZRANGEBYSCORE",
    "ZRANK",
    "ZREM",
    "ZREMRANGEBYSCORE",
    "ZSCORE",
    // streams
    "XADD",
    "XINFO|STREAM",
    "XRANGE",
    "XREAD",
};

}  // namespace chat::store
