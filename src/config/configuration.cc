#include "config/configuration.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "config/config_error.h"
#include "config/config_file.h"
#include "config/local_ini.h"
#include "config/options.h"
#include "config/wording.h"

namespace chat::config {
namespace {

constexpr const char* kPrefix = "CHATD_";
constexpr const char* kConfigVariable = "CHATD_CONFIG";  // for -c

// Collects values from one source after the other; a later one wins.
class Merger {
 public:
  void read_file(const std::string& path) {
    ConfigFile file = read_config_file(path);
    if (file.local_ini) translate_local_ini(file, result_.notes);
    for (const ConfigFile::Entry& entry : file.entries) {
      const std::string place = fmt::format("{}:{}", path, entry.line);
      const Option& option = option_of(entry, place);
      set(option, entry.value, {"file " + place, fmt::format("{}: {}", place, option.name)});
    }
  }

  void read_environment(const Environment& environment) {
    for (const Option& option : options()) {
      const std::string variable = variable_of(option.name);
      const char* text = environment(variable.c_str());
      if (text != nullptr) set(option, text, {"environment " + variable, variable});
    }
  }

  void read_flags(const CommandLine& line) {
    for (const auto& [name, text] : line.flags) {
      const std::string flag = flag_of(name);
      set(*find_option(name), text, {"flag " + flag, flag});
    }
  }

  // A value that follows from another option, unless it was given.
  void imply(std::string_view name, std::string_view text, std::string_view reason) {
    if (result_.origins.contains(name)) return;
    set(*find_option(name), text, {std::string(reason), std::string(name)});
  }

  const Settings& settings() const { return result_.settings; }
  Configuration take() { return std::move(result_); }

 private:
  static std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const Option& option : options()) names.emplace_back(option.name);
    return names;
  }

  static const Option& option_of(const ConfigFile::Entry& entry, std::string_view place) {
    const Option* option = find_option(entry.key);
    if (option == nullptr)
      throw ConfigError(fmt::format("{}: {} is no option{} (chatd --print-config lists all)", place,
                                    shown(entry.key), suggestion(entry.key, names())));
    if (!entry.section.empty() && entry.section != option->section)
      throw ConfigError(fmt::format("{}: {} belongs in [{}], not in [{}]", place, entry.key,
                                    option->section, entry.section));
    return *option;
  }

  void set(const Option& option, std::string_view text, Configuration::Origin origin) {
    assign(option, result_.settings, text, origin.place);
    result_.origins[option.name] = std::move(origin);
  }

  Configuration result_;
};

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') result += '\\';
    result += letter;
  }
  return result + '"';
}

}  // namespace

std::string Configuration::place_of(std::string_view name) const {
  const auto origin = origins.find(name);
  return origin == origins.end() ? std::string(name) : origin->second.place;
}

Configuration load(const CommandLine& line, const Environment& environment) {
  Merger merger;
  const char* variable = environment(kConfigVariable);
  const std::string file = line.config.empty() && variable != nullptr ? variable : line.config;
  if (!file.empty()) merger.read_file(file);
  merger.read_environment(environment);
  merger.read_flags(line);
  if (line.daemon) {
    merger.imply("log_file", merger.settings().data + "/chatd.log", "follows from -d");
    merger.imply("pid_file", merger.settings().data + "/chatd.pid", "follows from -d");
  }
  if (merger.settings().echo) {
    // What conformance suites send: messages of 16 MiB, and some in a quarter million fragments.
    merger.imply("max_message_size", "64M", "follows from echo");
    merger.imply("max_fragments", "1000000", "follows from echo");
    merger.imply("outbox_limit", "256M", "follows from echo");
  }
  return merger.take();
}

std::vector<std::string> complaints_about(const std::vector<std::string>& variables,
                                          std::string_view outcome) {
  std::vector<std::string> known{kConfigVariable};
  for (const Option& option : options()) known.push_back(variable_of(option.name));
  std::vector<std::string> complaints;
  for (const std::string& variable : variables) {
    if (!variable.starts_with(kPrefix) || std::ranges::find(known, variable) != known.end())
      continue;
    complaints.push_back(fmt::format("environment variable {} is no option{}{}", shown(variable),
                                     outcome, suggestion(variable, known)));
  }
  return complaints;
}

Configuration load(const CommandLine& line) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    variables.emplace_back(text.substr(0, text.find('=')));
  }
  std::vector<std::string> complaints =
      complaints_about(variables, line.test_config ? ": unset it" : " and is ignored");
  if (line.test_config && !complaints.empty()) throw ConfigError(complaints.front());
  Configuration configuration = load(line, [](const char* name) { return std::getenv(name); });
  configuration.warnings = std::move(complaints);
  return configuration;
}

std::string print_config(const Configuration& configuration) {
  std::string text;
  std::string_view section;
  for (const Option& option : options()) {
    if (option.section != section) {
      text += fmt::format("{}[{}]\n", section.empty() ? "" : "\n", option.section);
      section = option.section;
    }
    const std::string value = option.print(configuration.settings);
    const bool bare = option.numeric() || option.boolean();
    const auto origin = configuration.origins.find(option.name);
    text += fmt::format("{:<56} # {}\n",
                        fmt::format("{} = {}", option.name, bare ? value : quoted(value)),
                        origin == configuration.origins.end() ? "default" : origin->second.source);
  }
  return text;
}

}  // namespace chat::config
