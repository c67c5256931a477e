#include "config/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <type_traits>

#include "config/config_error.h"
#include "config/wording.h"

namespace chat::config {
namespace {

template <class Kind>
constexpr bool kOrdered = std::is_same_v<Kind, kind::Integer> || std::is_same_v<Kind, kind::Size> ||
                          std::is_same_v<Kind, kind::Duration> || std::is_same_v<Kind, kind::Rate>;

std::invalid_argument out_of_bounds(const Option& option) {
  return std::invalid_argument(fmt::format("must be from {} to {}", option.low, option.high));
}

template <class Kind>
void check_bounds(const Option& option, const typename Kind::Value& value) {
  if constexpr (kOrdered<Kind>) {
    if (value < Kind::parse(option.low) || Kind::parse(option.high) < value)
      throw out_of_bounds(option);
  } else if constexpr (std::is_same_v<Kind, kind::Text>) {
    const std::size_t length = value.size();
    if (length < kind::Integer::parse(option.low) || kind::Integer::parse(option.high) < length)
      throw std::invalid_argument(
          fmt::format("must have {} to {} characters", option.low, option.high));
  }
}

template <class Kind, typename Kind::Value Settings::*kField>
void read_field(const Option& option, Settings& settings, std::string_view text) try {
  typename Kind::Value value = Kind::parse(text);
  check_bounds<Kind>(option, value);
  settings.*kField = std::move(value);
} catch (const std::out_of_range&) {
  throw out_of_bounds(option);
}

template <class Kind, typename Kind::Value Settings::*kField>
std::string print_field(const Settings& settings) {
  return Kind::print(settings.*kField);
}

// In the table a section is an entry too; the options that follow it belong to it.
struct Row {
  bool is_section;
  Section section;
  Option option;
};

constexpr auto kRows = std::to_array<Row>({
#define SECTION(name, help) Row{true, {#name, help}, {}},
#define OPTION(kind_, name, when, short_flag, default_text, low, high, help)                \
  Row{false,                                                                                \
      {},                                                                                   \
      {"", #name, #kind_, kind::kind_::kPlaceholder, std::string_view(#when) == "reload",   \
       short_flag, default_text, low, high, help, read_field<kind::kind_, &Settings::name>, \
       print_field<kind::kind_, &Settings::name>}},
#include "config/options.def"
});

constexpr std::size_t kSectionCount =
    std::count_if(kRows.begin(), kRows.end(), [](const Row& row) { return row.is_section; });

constexpr auto kSections = [] {
  std::array<Section, kSectionCount> sections;
  auto next = sections.begin();
  for (const Row& row : kRows) {
    if (row.is_section) *next++ = row.section;
  }
  return sections;
}();

constexpr auto kOptions = [] {
  std::array<Option, kRows.size() - kSectionCount> options;
  auto next = options.begin();
  std::string_view section;
  for (const Row& row : kRows) {
    if (row.is_section) {
      section = row.section.name;
    } else {
      *next = row.option;
      next++->section = section;
    }
  }
  return options;
}();

}  // namespace

std::span<const Section> sections() { return kSections; }

std::span<const Option> options() { return kOptions; }

const Option* find_option(std::string_view name) {
  const auto option = std::find_if(kOptions.begin(), kOptions.end(),
                                   [&](const Option& each) { return each.name == name; });
  return option == kOptions.end() ? nullptr : option;
}

std::string flag_of(std::string_view name) {
  std::string flag = "--";
  for (const char letter : name) flag += letter == '_' ? '-' : letter;
  return flag;
}

std::string variable_of(std::string_view name) {
  std::string variable = "CHATD_";
  for (const char letter : name)
    variable += letter == '_' ? '_' : static_cast<char>(letter - 'a' + 'A');
  return variable;
}

void assign(const Option& option, Settings& settings, std::string_view text,
            std::string_view where) {
  try {
    option.assign(option, settings, text);
  } catch (const std::invalid_argument& complaint) {
    // An address of Redis may hold a password.
    const bool secret = option.kind == "Redis";
    throw ConfigError(secret
                          ? fmt::format("{} {}", where, complaint.what())
                          : fmt::format("{} {}, not \"{}\"", where, complaint.what(), shown(text)));
  }
}

}  // namespace chat::config
