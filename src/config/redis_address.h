// Where Redis is: `managed`, `unix:///PATH?db=15`, `redis://[USER:PASSWORD@]HOST:PORT/15`, or
// `sentinel://[USER:PASSWORD@]HOST:PORT,HOST:PORT/NAME?db=15&sentinel_password=PASSWORD`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chat::config {

struct RedisHost {
  std::string host;  // a name, an IPv4 or a bare IPv6 address
  std::uint16_t port = 6379;

  bool operator==(const RedisHost&) const = default;
};

struct RedisAddress {
  enum class Kind {
    managed,  // a private server that the master runs; the master fills `path` in
    unix_socket,
    tcp,
    sentinel,  // wherever the Sentinels say that the primary is
  };

  Kind kind = Kind::managed;
  std::string path;  // unix_socket: absolute, under 108 bytes
  std::string host;  // tcp: a name, an IPv4 or a bare IPv6 address
  std::uint16_t port = 6379;
  int database = 15;
  std::string user;
  std::string password;

  std::vector<RedisHost> sentinels;
  std::string primary_name;  // what the Sentinels call it
  std::string sentinel_password;

  // The same at the primary `host`, once a Sentinel has named it.
  RedisAddress at(const RedisHost& primary) const;
};

// A socket path needs a byte less than the 108 of sockaddr_un.
constexpr std::size_t kLongestSocketPath = 107;

// The socket of the managed Redis under the data folder.
std::string managed_redis_socket(std::string_view data);

// Throws std::invalid_argument with half a sentence ("must be …").
RedisAddress parse_redis_address(std::string_view text);

// The text form again, for people and logs: a password is shown as "***".
std::string to_string(const RedisAddress& address);

}  // namespace chat::config
