// The config file as a list of assignments: a subset of TOML, or the original's local.ini.
//
// TOML: `[section]`, `key = value`, `# comment`; values are "text" with \" \\ \n \t, 'text',
// whole numbers, true and false. A local.ini is known by its [ssl], [security] or `bandwidth`; its
// values need no quotes and `;` opens a comment.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace chat::config {

struct ConfigFile {
  struct Entry {
    std::string section;  // empty above the first [section]
    std::string key;
    std::string value;
    std::size_t line;
  };

  bool local_ini = false;
  std::vector<Entry> entries;
};

// `path` opens the messages of errors. Throws ConfigError("PATH:LINE: …") on the first wrong line
// and on a key given twice.
ConfigFile parse_config(std::string_view text, std::string_view path);

// Throws ConfigError when the file cannot be read.
ConfigFile read_config_file(const std::string& path);

}  // namespace chat::config
