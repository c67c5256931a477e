#include "config/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <functional>
#include <set>
#include <utility>

#include "config/config_error.h"
#include "config/options.h"
#include "config/wording.h"

namespace chat::config {
namespace {

// What stands for the value of a command in help texts.
constexpr const char* kFile = "FILE";
constexpr const char* kName = "NAME";

std::string spellings(std::string_view short_flag, std::string_view name) {
  return short_flag.empty() ? flag_of(name) : fmt::format("{},{}", short_flag, flag_of(name));
}

// A flag as it may be given, and where its value goes.
struct Flag {
  enum class Value { none, optional, needed };

  std::string spelling;  // the long one
  std::string short_spelling;
  Value value = Value::needed;
  std::string placeholder;
  std::function<void(std::string)> take;
};

// Reads the words of a command line. CLI11 knows how to print help, but takes the word after `--x=`
// for its value, and the flag after one without its value too.
class FlagReader {
 public:
  FlagReader(const std::vector<std::string>& words, CommandLine& line) : words_(words) {
    add_command("--help", "-h", help_);
#define COMMAND(kind, name, short_flag, help) add_command(flag_of(#name), short_flag, line.name);
#include "config/options.def"
    for (const Option& option : options()) {
      const auto value = option.boolean() ? Flag::Value::optional : Flag::Value::needed;
      flags_.push_back({flag_of(option.name), std::string(option.short_flag), value,
                        std::string(option.placeholder),
                        [&line, name = option.name](std::string text) {
                          line.flags.emplace_back(name, std::move(text));
                        }});
    }
  }

  // Whether help is asked for. Throws ConfigError.
  bool read() {
    while (next_ < words_.size()) read_word(words_[next_++]);
    return help_;
  }

 private:
  void add_command(std::string spelling, std::string short_spelling, bool& target) {
    flags_.push_back({std::move(spelling), std::move(short_spelling), Flag::Value::none, "",
                      [&target](const std::string&) { target = true; }});
  }
  void add_command(std::string spelling, std::string short_spelling, std::string& target) {
    flags_.push_back({std::move(spelling), std::move(short_spelling), Flag::Value::needed, kFile,
                      [&target](std::string text) { target = std::move(text); }});
  }
  void add_command(std::string spelling, std::string short_spelling,
                   std::optional<std::string>& target) {
    flags_.push_back({std::move(spelling), std::move(short_spelling), Flag::Value::needed, kName,
                      [&target](std::string text) { target = std::move(text); }});
  }

  void read_word(const std::string& word) {
    if (word.starts_with("--")) {
      const std::size_t equals = word.find('=');
      const std::string name = word.substr(0, equals);
      const Flag* const flag = find(name);
      if (flag == nullptr) refuse(name);
      if (equals == std::string::npos)
        take(*flag);
      else
        take(*flag, word.substr(equals + 1));
      return;
    }
    // -d, -p 80, -p80, or several as -dp80.
    if (word.size() < 2 || word[0] != '-') refuse(word);
    for (std::size_t i = 1; i < word.size(); ++i) {
      const Flag* const flag = find({'-', word[i]});
      if (flag == nullptr) refuse(word);
      const bool value_follows = flag->value != Flag::Value::none && i + 1 < word.size();
      if (value_follows) return take(*flag, word.substr(i + 1));
      take(*flag);
    }
  }

  // The value is the next word, if there is to be one.
  void take(const Flag& flag) {
    const bool more = next_ < words_.size();
    if (flag.value == Flag::Value::none) {
      flag.take({});
    } else if (flag.value == Flag::Value::optional) {
      // A switch may stand alone: --echo is --echo on.
      take(flag, more && !words_[next_].starts_with('-') ? words_[next_++] : "on");
    } else if (more && !is_flag(words_[next_])) {
      take(flag, words_[next_++]);
    } else {
      throw ConfigError(fmt::format("{0} needs a value: {0} {1}", flag.spelling, flag.placeholder));
    }
  }

  void take(const Flag& flag, std::string text) {
    if (flag.value == Flag::Value::none)
      throw ConfigError(
          fmt::format("{} takes no value: leave \"{}\" out", flag.spelling, shown(text)));
    if (!given_.insert(flag.spelling).second)
      throw ConfigError(fmt::format("{} is given twice: leave one out", flag.spelling));
    flag.take(std::move(text));
  }

  const Flag* find(const std::string& spelling) const {
    const auto found = std::ranges::find_if(flags_, [&](const Flag& flag) {
      return flag.spelling == spelling || flag.short_spelling == spelling;
    });
    return found == flags_.end() || spelling.empty() ? nullptr : &*found;
  }

  bool is_flag(const std::string& word) const {
    return word.starts_with('-') && find(word.substr(0, word.find('='))) != nullptr;
  }

  [[noreturn]] void refuse(const std::string& word) const {
    std::vector<std::string> known;
    for (const Flag& flag : flags_) known.push_back(flag.spelling);
    const std::string meant = suggestion(word, known);
    throw ConfigError(
        fmt::format("\"{}\" is no option{} (chatd --help lists all)", shown(word), meant));
  }

  const std::vector<std::string>& words_;
  std::size_t next_ = 0;
  std::vector<Flag> flags_;
  std::set<std::string> given_;
  bool help_ = false;
};

std::string help_of(const Option& option) {
  std::string help(option.help);
  const bool has_default = !option.default_text.empty();
  if (has_default) help += fmt::format(" (default {}", option.default_text);
  if (has_default && !option.low.empty() && option.kind != "Text")
    help += fmt::format("; {} to {}", option.low, option.high);
  if (has_default) help += ')';
  return help;
}

void add_command(CLI::App& app, std::string& target, const std::string& names, const char* help) {
  app.add_option(names, target, help)->type_name(kFile);
}

void add_command(CLI::App& app, std::optional<std::string>& target, const std::string& names,
                 const char* help) {
  app.add_option(names, target, help)->type_name(kName);
}

void add_command(CLI::App& app, bool& target, const std::string& names, const char* help) {
  app.add_flag(names, target, help);
}

void add_option(CLI::App& app, const Option& option) {
  CLI::Option* added = app.add_option(spellings(option.short_flag, option.name));
  added->description(help_of(option));
  added->type_name(std::string(option.placeholder));
  added->group(std::string(option.section));
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  CLI::App app("A chat and call-signalling server over WebSocket.", "chatd");
  app.get_formatter()->column_width(34);
#define COMMAND(kind, name, short_flag, help) \
  add_command(app, line.name, spellings(short_flag, #name), help);
#include "config/options.def"
  for (const Option& option : options()) add_option(app, option);

  const std::vector<std::string> words(argv + 1, argv + argc);
  if (FlagReader(words, line).read()) line.help = app.help();
  if (line.mend && !line.check_files) throw ConfigError("--mend goes with --check-files only");
  std::ranges::sort(line.flags, {}, [](const auto& flag) { return find_option(flag.first); });
  return line;
}

}  // namespace chat::config
