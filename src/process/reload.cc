#include "process/reload.h"

#include <fmt/format.h>

#include <utility>

#include "config/config_error.h"
#include "config/options.h"
#include "process/control.h"
#include "process/preflight.h"

namespace chat::process {

Reload load_again(const config::Configuration& current, const config::CommandLine& line) {
  config::Configuration fresh = config::load(line);
  preflight(fresh, line);
  if (fresh.settings.tls() != current.settings.tls())
    throw config::ConfigError(
        fmt::format("{}: TLS is switched on and off by a new start only",
                    (fresh.settings.tls() ? fresh : current).place_of("tls_cert")));
  Reload result{current, {}};
  for (const config::Option& option : config::options()) {
    const bool changed = option.print(fresh.settings) != option.print(current.settings);
    if (changed && !option.reloads) result.kept.push_back(option.name);
  }
  apply_reload(result.configuration.settings, encode_reload(fresh.settings));
  result.configuration.origins = std::move(fresh.origins);
  return result;
}

}  // namespace chat::process
