// The options table as data: what the command line, the environment, the config file and the
// generated pages walk over. Static; built from options.def.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/settings.h"

namespace chat::config {

struct Option {
  std::string_view section;
  std::string_view name;  // the key; also the field of Settings
  std::string_view kind;
  std::string_view placeholder;
  bool reloads;                 // a change counts from HUP on, not only from a new start
  std::string_view short_flag;  // "-p", or empty
  std::string_view default_text;
  std::string_view low;  // bounds, inclusive, in the notation of the kind; empty: none
  std::string_view high;
  std::string_view help;

  // Reads `text` into the field; throws std::invalid_argument with half a sentence when it is not
  // of the kind or out of range.
  void (*assign)(const Option& option, Settings& settings, std::string_view text);
  // The field's value as text.
  std::string (*print)(const Settings& settings);

  bool boolean() const { return kind == "Boolean"; }
  bool numeric() const { return kind == "Integer"; }
};

struct Section {
  std::string_view name;
  std::string_view help;
};

std::span<const Section> sections();
std::span<const Option> options();

// nullptr when there is none of that name.
const Option* find_option(std::string_view name);

std::string flag_of(std::string_view name);      // "--max-upload-size"
std::string variable_of(std::string_view name);  // "CHATD_MAX_UPLOAD_SIZE"

// Reads `text` into the option's field. `where` opens the message of the ConfigError thrown when it
// does not fit: "--port", "CHATD_PORT" or "chatd.toml:7: port".
void assign(const Option& option, Settings& settings, std::string_view text,
            std::string_view where);

}  // namespace chat::config
