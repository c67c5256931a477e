#include "config/local_ini.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace chat::config {
namespace {

struct Translation {
  std::string_view section;
  std::string_view key;
  std::string_view option;  // empty: no longer an option
  std::string_view note;
};

constexpr std::array kTranslations = {
    Translation{"", "bandwidth", "", "unused: outbox_limit bounds each connection instead"},
    Translation{"ssl", "local_cert", "tls_cert", ""},
    Translation{"ssl", "local_pk", "tls_key", ""},
    Translation{"ssl", "ca_file", "", "unused: append its certificates to the local_cert file"},
    Translation{"security", "server_name", "server_name", ""},
    Translation{"security", "client_name", "client_name", ""},
};

}  // namespace

void translate_local_ini(ConfigFile& file, std::vector<std::string>& notes) {
  std::vector<ConfigFile::Entry> translated;
  for (ConfigFile::Entry& entry : file.entries) {
    const auto translation =
        std::find_if(kTranslations.begin(), kTranslations.end(), [&](const Translation& each) {
          return each.section == entry.section && each.key == entry.key;
        });
    if (translation != kTranslations.end()) {
      if (!translation->note.empty() && !entry.value.empty())
        notes.push_back(fmt::format("{} in the config file is {}", entry.key, translation->note));
      if (translation->option.empty()) continue;
      entry.key = translation->option;
      entry.section.clear();
    }
    translated.push_back(std::move(entry));
  }
  file.entries = std::move(translated);
}

}  // namespace chat::config
