// The pages that are generated from the options table, so that they cannot drift from it.
#pragma once

#include <string>

namespace chat::config {

// conf/chatd.toml: every option, commented out, with its default, range and help.
std::string sample_config();

// The options as Markdown tables, one for each section.
std::string options_table();

}  // namespace chat::config
