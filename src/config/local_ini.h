// The keys of the original's local.ini in terms of today's options.
#pragma once

#include <string>
#include <vector>

#include "config/config_file.h"

namespace chat::config {

// Renames the original's keys in `file` and drops those without a meaning here, with a remark for
// the log in `notes`. Other keys stay: a local.ini may be extended with any option.
void translate_local_ini(ConfigFile& file, std::vector<std::string>& notes);

}  // namespace chat::config
