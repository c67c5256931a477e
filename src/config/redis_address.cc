#include "config/redis_address.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace chat::config {
namespace {

constexpr std::string_view kUnixScheme = "unix://";
constexpr std::string_view kTcpScheme = "redis://";
constexpr std::string_view kSentinelScheme = "sentinel://";
constexpr std::uint16_t kSentinelPort = 26379;
constexpr int kHighestDatabase = 1023;

int number_within(std::string_view text, int low, int high, const char* complaint) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < low || number > high)
    throw std::invalid_argument(complaint);
  return number;
}

int parse_database(std::string_view text) {
  return number_within(text, 0, kHighestDatabase, "must name a database from 0 to 1023");
}

RedisAddress parse_unix(std::string_view text) {
  RedisAddress address;
  address.kind = RedisAddress::Kind::unix_socket;
  const std::size_t question = text.find('?');
  address.path = text.substr(0, question);
  if (address.path.size() < 2 || address.path.front() != '/')
    throw std::invalid_argument("must give an absolute socket path, as in unix:///run/redis.sock");
  if (address.path.size() > kLongestSocketPath)
    throw std::invalid_argument("has a socket path of over 107 bytes; use a shorter one");
  if (question == std::string_view::npos) return address;
  std::string_view query = text.substr(question + 1);
  if (!query.starts_with("db="))
    throw std::invalid_argument("may have ?db=NUMBER after the socket path, nothing else");
  address.database = parse_database(query.substr(3));
  return address;
}

void parse_credentials(std::string_view text, RedisAddress& address) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos)
    throw std::invalid_argument("must have USER:PASSWORD before the @");
  address.user = text.substr(0, colon);
  address.password = text.substr(colon + 1);
}

// HOST, HOST:PORT, [IPV6] or [IPV6]:PORT.
RedisHost parse_host(std::string_view text, std::uint16_t port) {
  RedisHost address;
  address.port = port;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos)
      throw std::invalid_argument("has an IPv6 address without its closing ]");
    address.host = text.substr(1, bracket - 1);
    rest = text.substr(bracket + 1);
  } else {
    const std::size_t colon = text.find(':');
    address.host = text.substr(0, colon);
    if (colon != std::string_view::npos) rest = text.substr(colon);
  }
  if (address.host.empty())
    throw std::invalid_argument("must name a host, as in redis://127.0.0.1:6379/15");
  if (rest.empty()) return address;
  address.port = static_cast<std::uint16_t>(
      number_within(rest.starts_with(':') ? rest.substr(1) : "", 1, 65535,
                    "must have a port from 1 to 65535 after the host"));
  return address;
}

std::string text_of(const RedisHost& address) {
  const bool ipv6 = address.host.find(':') != std::string::npos;
  return (ipv6 ? '[' + address.host + ']' : address.host) + ':' + std::to_string(address.port);
}

// Cuts off and returns what stands before the next `separator`.
std::string_view next_part(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

void take_credentials(std::string_view& text, RedisAddress& address) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return;
  parse_credentials(text.substr(0, at), address);
  text.remove_prefix(at + 1);
}

std::string hidden_credentials(const RedisAddress& address) {
  const bool secret = !address.user.empty() || !address.password.empty();
  return secret ? address.user + ":***@" : "";
}

RedisAddress parse_tcp(std::string_view text) {
  RedisAddress address;
  address.kind = RedisAddress::Kind::tcp;
  take_credentials(text, address);
  const std::size_t slash = text.find('/');
  RedisHost place = parse_host(text.substr(0, slash), address.port);
  address.host = std::move(place.host);
  address.port = place.port;
  if (slash != std::string_view::npos && slash + 1 < text.size())
    address.database = parse_database(text.substr(slash + 1));
  return address;
}

void parse_sentinel_option(std::string_view text, RedisAddress& address) {
  constexpr std::string_view kDatabase = "db=";
  constexpr std::string_view kPassword = "sentinel_password=";
  if (text.starts_with(kDatabase))
    address.database = parse_database(text.substr(kDatabase.size()));
  else if (text.starts_with(kPassword))
    address.sentinel_password = text.substr(kPassword.size());
  else
    throw std::invalid_argument("may have ?db=NUMBER and &sentinel_password=PASSWORD at its end");
}

RedisAddress parse_sentinel(std::string_view text) {
  RedisAddress address;
  address.kind = RedisAddress::Kind::sentinel;
  std::string_view options = text;
  text = next_part(options, '?');
  while (!options.empty()) parse_sentinel_option(next_part(options, '&'), address);
  take_credentials(text, address);
  std::string_view hosts = next_part(text, '/');
  address.primary_name = text;
  if (address.primary_name.empty() || address.primary_name.find('/') != std::string::npos)
    throw std::invalid_argument(
        "must end with the primary's name, as in sentinel://10.0.0.1,10.0.0.2/mymaster");
  do {
    address.sentinels.push_back(parse_host(next_part(hosts, ','), kSentinelPort));
  } while (!hosts.empty());
  return address;
}

std::string text_of_sentinel(const RedisAddress& address, const std::string& database) {
  std::string text(kSentinelScheme);
  text += hidden_credentials(address);
  for (const RedisHost& sentinel : address.sentinels) text += text_of(sentinel) + ',';
  text.back() = '/';
  text += address.primary_name + "?db=" + database;
  return text + (address.sentinel_password.empty() ? "" : "&sentinel_password=***");
}

}  // namespace

RedisAddress RedisAddress::at(const RedisHost& primary) const {
  RedisAddress address = *this;
  address.kind = Kind::tcp;
  address.host = primary.host;
  address.port = primary.port;
  return address;
}

std::string managed_redis_socket(std::string_view data) {
  return std::string(data) + "/redis/redis.sock";
}

RedisAddress parse_redis_address(std::string_view text) {
  if (text == "managed") return {};
  if (text.starts_with(kUnixScheme)) return parse_unix(text.substr(kUnixScheme.size()));
  if (text.starts_with(kTcpScheme)) return parse_tcp(text.substr(kTcpScheme.size()));
  if (text.starts_with(kSentinelScheme)) return parse_sentinel(text.substr(kSentinelScheme.size()));
  throw std::invalid_argument(
      "must be managed, unix:///PATH?db=15, redis://HOST:PORT/15 or sentinel://HOST:PORT/NAME");
}

std::string to_string(const RedisAddress& address) {
  const std::string database = std::to_string(address.database);
  switch (address.kind) {
    case RedisAddress::Kind::managed:
      return "managed";
    case RedisAddress::Kind::unix_socket:
      return std::string(kUnixScheme) + address.path + "?db=" + database;
    case RedisAddress::Kind::sentinel:
      return text_of_sentinel(address, database);
    case RedisAddress::Kind::tcp:
      break;
  }
  return std::string(kTcpScheme) + hidden_credentials(address) +
         text_of(RedisHost{address.host, address.port}) + '/' + database;
}

}  // namespace chat::config
