#include "config/pages.h"

#include <fmt/format.h>

#include "config/options.h"

namespace chat::config {
namespace {

std::string range_of(const Option& option) {
  if (option.low.empty()) return {};
  const char* unit = option.kind == "Text" ? " characters" : "";
  return fmt::format("{} to {}{}", option.low, option.high, unit);
}

// The default as it would stand in a config file.
std::string toml_default(const Option& option) {
  const bool bare = option.numeric() || option.boolean();
  const std::string text(option.default_text);
  if (option.boolean()) return text == "on" ? "true" : "false";
  return bare ? text : '"' + text + '"';
}

std::string flags_of(const Option& option) {
  const std::string flag = flag_of(option.name);
  return option.short_flag.empty() ? fmt::format("`{}`", flag)
                                   : fmt::format("`{}`, `{}`", option.short_flag, flag);
}

}  // namespace

std::string sample_config() {
  std::string text =
      "# Options of chatd, each with its default: uncomment what you change.\n"
      "# Read with `chatd -c FILE`; a CHATD_... variable beats it, a flag beats both.\n"
      "# Sizes: 512, 64K, 10M, 1G. Times: 500ms, 10s, 5m, 12h. Rates: 10/s, 60/m, 20/h.\n";
  for (const Section& section : sections()) {
    text += fmt::format("\n# {}\n[{}]\n", section.help, section.name);
    for (const Option& option : options()) {
      if (option.section != section.name) continue;
      const std::string range = range_of(option);
      text += fmt::format("\n# {}{}\n#{} = {}\n", option.help,
                          range.empty() ? "" : fmt::format(" ({})", range), option.name,
                          toml_default(option));
    }
  }
  return text;
}

std::string options_table() {
  std::string text;
  for (const Section& section : sections()) {
    text += fmt::format("### [{}]\n\n{}\n\n", section.name, section.help);
    text += "| key | flag | default | range | HUP | |\n|---|---|---|---|---|---|\n";
    for (const Option& option : options()) {
      if (option.section != section.name) continue;
      const std::string default_text =
          option.default_text.empty() ? "" : fmt::format("`{}`", option.default_text);
      text += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", option.name, flags_of(option),
                          default_text, range_of(option), option.reloads ? "yes" : "", option.help);
    }
    text += '\n';
  }
  return text;
}

}  // namespace chat::config
