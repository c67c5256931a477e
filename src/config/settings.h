// The effective options of the server: one field for each OPTION row of options.def, so
// `settings.max_message_size`. A default-constructed Settings holds the defaults.
//
// Integers and sizes (bytes) are std::size_t, durations std::chrono::milliseconds, rates
// config::Rate, paths absolute std::string. A plain value: each process keeps its own copy.
#pragma once

#include "config/kinds.h"

namespace chat::config {

struct Settings {
  Settings();

#define OPTION(kind_, name, when, short_flag, default_text, low, high, help) \
  kind::kind_::Value name;
#include "config/options.def"

  bool tls() const { return !tls_cert.empty(); }
};

}  // namespace chat::config
