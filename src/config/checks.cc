#include "config/checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

#include "config/config_error.h"
#include "config/redis_address.h"

namespace chat::config {
namespace {

namespace fs = std::filesystem;

void check_certificate_pair(const Configuration& configuration) {
  const Settings& settings = configuration.settings;
  if (settings.tls_cert.empty() == settings.tls_key.empty()) return;
  const bool has_certificate = !settings.tls_cert.empty();
  throw ConfigError(
      fmt::format("{} is given without {}: give both for wss://, or neither for ws://",
                  configuration.place_of(has_certificate ? "tls_cert" : "tls_key"),
                  has_certificate ? "--tls-key" : "--tls-cert"));
}

void check_readable(const Configuration& configuration, std::string_view option,
                    const std::string& path) {
  if (path.empty()) return;
  if (::access(path.c_str(), R_OK) != 0)
    throw ConfigError(
        fmt::format("{}: {} cannot be read: {}; it must be readable for the user "
                    "that chatd runs as",
                    configuration.place_of(option), path, std::strerror(errno)));
  if (!fs::is_regular_file(path))
    throw ConfigError(fmt::format("{}: {} is not a file", configuration.place_of(option), path));
}

void check_folder(const Configuration& configuration, std::string_view option,
                  const std::string& path) {
  if (path.empty()) return;
  const bool reached = ::access(path.c_str(), X_OK) == 0;
  const int error = errno;
  std::error_code unknown;
  if (!fs::is_directory(path, unknown) && error != EACCES)
    throw ConfigError(fmt::format("{}: {} is not a folder", configuration.place_of(option), path));
  if (!reached)
    throw ConfigError(
        fmt::format("{}: {} cannot be read: {}; the user that chatd runs as must be "
                    "able to enter it and all folders above it",
                    configuration.place_of(option), path, std::strerror(error)));
}

// The folder itself, or the nearest one above it that exists.
fs::path existing_ancestor(fs::path path) {
  std::error_code ignored;
  while (!fs::exists(path, ignored) && path.has_parent_path() && path != path.parent_path())
    path = path.parent_path();
  return path;
}

void check_writable_folder(const Configuration& configuration, std::string_view option,
                           const std::string& path, FolderMaker maker) {
  if (path.empty())
    throw ConfigError(fmt::format("{} must name a folder", configuration.place_of(option)));
  const fs::path existing = existing_ancestor(path);
  if (!fs::is_directory(existing))
    throw ConfigError(
        fmt::format("{}: {} is not a folder", configuration.place_of(option), existing.string()));
  if (::access(existing.c_str(), X_OK) != 0)
    throw ConfigError(
        fmt::format("{}: {} is out of reach, {}: {}; let the user that chatd runs as "
                    "enter it, or name another folder",
                    configuration.place_of(option), path, existing.string(), std::strerror(errno)));
  if (maker == FolderMaker::root && existing != path) return;
  if (::access(existing.c_str(), W_OK) != 0)
    throw ConfigError(
        fmt::format("{}: {} cannot be written: {}; give it to the user that chatd "
                    "runs as, or name another folder",
                    configuration.place_of(option), existing.string(), std::strerror(errno)));
}

// A file that the server opens for writing, and makes when it is not there.
void check_writable_file(const Configuration& configuration, std::string_view option,
                         const std::string& path, FolderMaker maker) {
  if (path.empty()) return;
  std::error_code unknown;
  if (fs::is_directory(path, unknown))
    throw ConfigError(fmt::format("{}: {} is a folder", configuration.place_of(option), path));
  fs::path folder = fs::absolute(path).parent_path();
  // The one folder of such files that a start makes.
  if (folder == fs::absolute(configuration.settings.data)) {
    if (maker == FolderMaker::root && !fs::exists(folder, unknown)) return;
    folder = existing_ancestor(folder);
  }
  const bool exists = fs::exists(path, unknown);
  if (::access(exists ? path.c_str() : folder.c_str(), W_OK) != 0)
    throw ConfigError(fmt::format("{}: {} cannot be written: {}", configuration.place_of(option),
                                  exists ? path : folder.string(), std::strerror(errno)));
}

// An empty list allows everybody, which is hardly meant by one of commas alone.
void check_names(const Configuration& configuration, std::string_view option,
                 const std::string& list) {
  if (!list.empty() && list.find_first_not_of(", ") == std::string::npos)
    throw ConfigError(fmt::format("{}: \"{}\" names nobody; leave it empty to accept all",
                                  configuration.place_of(option), list));
}

// Each address of a comma list begins with one of `schemes`.
void check_addresses(const Configuration& configuration, std::string_view option, std::string list,
                     std::initializer_list<std::string_view> schemes) {
  std::erase(list, ' ');
  for (std::size_t begin = 0; begin < list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    const std::string address = list.substr(begin, end - begin);
    begin = end + 1;
    const bool known = std::ranges::any_of(schemes, [&](std::string_view scheme) {
      return address.starts_with(scheme) && address.size() > scheme.size();
    });
    if (!known)
      throw ConfigError(fmt::format("{}: {} does not begin with {}", configuration.place_of(option),
                                    address, fmt::join(schemes, " or ")));
  }
}

void check_ice_servers(const Configuration& configuration) {
  const Settings& settings = configuration.settings;
  check_addresses(configuration, "stun_url", settings.stun_url, {"stun:", "stuns:"});
  check_addresses(configuration, "turn_url", settings.turn_url, {"turn:", "turns:"});
  if (settings.turn_url.empty() == settings.turn_secret_file.empty()) return;
  const bool has_address = !settings.turn_url.empty();
  throw ConfigError(
      fmt::format("{} is given without {}: TURN needs both",
                  configuration.place_of(has_address ? "turn_url" : "turn_secret_file"),
                  has_address ? "--turn-secret-file" : "--turn-url"));
}

}  // namespace

void check_together(const Configuration& configuration, const CommandLine& line) {
  const Settings& settings = configuration.settings;
  check_certificate_pair(configuration);
  check_names(configuration, "server_name", settings.server_name);
  check_names(configuration, "client_name", settings.client_name);
  check_ice_servers(configuration);
  if (line.daemon && settings.echo)
    throw ConfigError("--echo is for conformance tests and cannot go with -d");
  if (line.daemon && !settings.rate_limits)
    throw ConfigError("--rate-limits off is for load tests and cannot go with -d");
  const bool managed = settings.redis.kind == RedisAddress::Kind::managed;
  if (managed && managed_redis_socket(settings.data).size() > kLongestSocketPath)
    throw ConfigError(
        fmt::format("{}: the path of the Redis socket below it would be over {} "
                    "bytes; use a shorter folder",
                    configuration.place_of("data"), kLongestSocketPath));
  if (managed && settings.durable == Durability::replica)
    throw ConfigError(
        fmt::format("{}: managed Redis has no replica: name a Redis that has with "
                    "--redis, or choose disk",
                    configuration.place_of("durable")));
}

void check_files(const Configuration& configuration, FolderMaker maker) {
  const Settings& settings = configuration.settings;
  check_readable(configuration, "tls_cert", settings.tls_cert);
  check_readable(configuration, "tls_key", settings.tls_key);
  check_readable(configuration, "turn_secret_file", settings.turn_secret_file);
  check_folder(configuration, "html", settings.html);
  check_writable_folder(configuration, "data", settings.data, maker);
  check_writable_folder(configuration, "upload", settings.upload, maker);
  check_writable_file(configuration, "log_file", settings.log_file, maker);
}

void check_pid_file(const Configuration& configuration) {
  check_writable_file(configuration, "pid_file", configuration.settings.pid_file,
                      FolderMaker::user);
}

}  // namespace chat::config
