#include "config/options.h"

#include <gtest/gtest.h>

#include <set>

#include "config/config_error.h"

namespace chat::config {
namespace {

TEST(Options, SpellFlagAndVariableFromTheName) {
  EXPECT_EQ(flag_of("max_upload_size"), "--max-upload-size");
  EXPECT_EQ(variable_of("max_upload_size"), "CHATD_MAX_UPLOAD_SIZE");
}

TEST(Options, NamesAndShortFlagsAreUnique) {
  std::set<std::string_view> names;
  std::set<std::string_view> short_flags;
  for (const Option& option : options()) {
    EXPECT_TRUE(names.insert(option.name).second) << option.name;
    if (option.short_flag.empty()) continue;
    EXPECT_TRUE(short_flags.insert(option.short_flag).second) << option.short_flag;
  }
}

TEST(Options, EveryOptionHasASectionAndAHelp) {
  for (const Option& option : options()) {
    EXPECT_FALSE(option.section.empty()) << option.name;
    EXPECT_FALSE(option.help.empty()) << option.name;
  }
}

TEST(Options, EveryDefaultAndBoundIsWithinTheBounds) {
  Settings settings;
  for (const Option& option : options()) {
    EXPECT_NO_THROW(assign(option, settings, option.default_text, option.name));
    if (option.low.empty() || option.kind == "Text") continue;
    EXPECT_NO_THROW(assign(option, settings, option.low, option.name));
    EXPECT_NO_THROW(assign(option, settings, option.high, option.name));
  }
}

TEST(Options, PrintedValuesAreReadBackTheSame) {
  const Settings defaults;
  Settings settings;
  for (const Option& option : options()) {
    const std::string text = option.print(defaults);
    assign(option, settings, text, option.name);
    EXPECT_EQ(option.print(settings), text) << option.name;
  }
}

TEST(Options, ComplaintsNamePlaceRangeAndValue) {
  Settings settings;
  for (const std::string number : {"70000", "0", "-1", "99999999999999999999"}) {
    try {
      assign(*find_option("port"), settings, number, "chatd.toml:7: port");
      FAIL() << "was accepted: " << number;
    } catch (const ConfigError& error) {
      EXPECT_EQ(error.what(), "chatd.toml:7: port must be from 1 to 65535, not \"" + number + "\"");
    }
  }
  EXPECT_EQ(settings.port, 8080U);
}

TEST(Options, ComplaintsAboutRedisShowNoPassword) {
  Settings settings;
  try {
    assign(*find_option("redis"), settings, "redis://u:secret@host:x/15", "--redis");
    FAIL() << "was accepted";
  } catch (const ConfigError& error) {
    EXPECT_EQ(std::string_view(error.what()).find("secret"), std::string_view::npos);
  }
}

TEST(Options, BoundTextByItsLength) {
  Settings settings;
  const Option& bind = *find_option("bind");
  EXPECT_THROW(assign(bind, settings, "", "--bind"), ConfigError);
  EXPECT_THROW(assign(bind, settings, std::string(65, 'a'), "--bind"), ConfigError);
  assign(bind, settings, "::1", "--bind");
  EXPECT_EQ(settings.bind, "::1");
}

TEST(Options, UnknownNamesAreNotFound) { EXPECT_EQ(find_option("prot"), nullptr); }

}  // namespace
}  // namespace chat::config
