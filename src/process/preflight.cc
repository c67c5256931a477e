#include "process/preflight.h"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <string_view>

#include "config/checks.h"
#include "config/config_error.h"
#include "net/address.h"
#include "net/ticket_keys.h"
#include "net/tls.h"
#include "process/managed_redis.h"
#include "process/privileges.h"
#include "store/file_types.h"

namespace chat::process {
namespace {

using config::ConfigError;
using config::Configuration;

// Runs `check`, whose complaints are about the option `name`.
template <class Check>
void blame(const Configuration& configuration, std::string_view name, Check check) {
  try {
    check();
  } catch (const std::runtime_error& complaint) {
    throw ConfigError(fmt::format("{}: {}", configuration.place_of(name), complaint.what()));
  }
}

}  // namespace

void preflight(const Configuration& configuration, const config::CommandLine& line) {
  const config::Settings& settings = configuration.settings;
  config::check_together(configuration, line);
  config::check_files(configuration);
  blame(configuration, "bind",
        [&] { net::BindAddress::parse(settings.bind, static_cast<std::uint16_t>(settings.port)); });
  blame(configuration, "upload", [] { store::load_file_types(); });
  blame(configuration, "user", [&] { check_user(settings); });
  if (!settings.tls()) return;
  try {
    net::TicketKeys keys;
    const net::TlsContext context({settings.tls_cert, settings.tls_key}, keys,
                                  std::chrono::hours(1));
  } catch (const std::runtime_error& complaint) {
    const bool key = std::string_view(complaint.what()).starts_with("TLS key");
    const std::string place = configuration.place_of(key ? "tls_key" : "tls_cert");
    throw ConfigError(place + ": " + complaint.what());
  }
}

void test_configuration(const Configuration& configuration, const config::CommandLine& line) {
  const config::Settings& settings = configuration.settings;
  preflight(configuration, line);
  config::check_pid_file(configuration);
  const bool managed = settings.redis.kind == config::RedisAddress::Kind::managed;
  if (managed && !settings.echo) require_redis_program();
  if (!changes_user(settings)) return;
  drop_privileges(settings);
  config::check_files(configuration, config::FolderMaker::root);
}

}  // namespace chat::process
