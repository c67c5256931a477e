#include "config/command_line.h"

#include <gtest/gtest.h>

#include "config/config_error.h"
#include "config/options.h"

namespace chat::config {
namespace {

CommandLine parse(std::vector<const char*> words) {
  words.insert(words.begin(), "chatd");
  return parse_command_line(static_cast<int>(words.size()), words.data());
}

using Flags = std::vector<std::pair<std::string_view, std::string>>;

TEST(CommandLine, IsEmptyWithoutWords) {
  const CommandLine line = parse({});
  EXPECT_TRUE(line.flags.empty());
  EXPECT_TRUE(line.config.empty());
  EXPECT_FALSE(line.daemon || line.test_config || line.print_config || line.version || line.help);
}

TEST(CommandLine, TakesTheOriginalsFlags) {
  const CommandLine line = parse({"-d", "-p", "8443", "-n", "2", "-c", "local.ini"});
  EXPECT_TRUE(line.daemon);
  EXPECT_EQ(line.config, "local.ini");
  EXPECT_EQ(line.flags, (Flags{{"port", "8443"}, {"workers", "2"}}));
}

TEST(CommandLine, TakesEveryOptionAsALongFlag) {
  for (const Option& option : options()) {
    const std::string flag = flag_of(option.name);
    const CommandLine line = parse({flag.c_str(), "x"});
    EXPECT_EQ(line.flags, (Flags{{option.name, "x"}}));
    const std::string joined = flag + "=x";
    EXPECT_EQ(parse({joined.c_str()}).flags, line.flags);
  }
}

TEST(CommandLine, ASwitchMayStandAlone) {
  EXPECT_EQ(parse({"--echo"}).flags, (Flags{{"echo", "on"}}));
  EXPECT_EQ(parse({"--echo", "-p", "1"}).flags, (Flags{{"port", "1"}, {"echo", "on"}}));
  EXPECT_EQ(parse({"--rate-limits", "off"}).flags, (Flags{{"rate_limits", "off"}}));
  EXPECT_EQ(parse({"--rate-limits=off"}).flags, (Flags{{"rate_limits", "off"}}));
}

TEST(CommandLine, KnowsTheCommands) {
  EXPECT_TRUE(parse({"--test-config"}).test_config);
  EXPECT_TRUE(parse({"--print-config"}).print_config);
  EXPECT_TRUE(parse({"--version"}).version);
  EXPECT_TRUE(parse({"--daemon"}).daemon);
  EXPECT_EQ(parse({"--reset-password", "Ann B"}).reset_password, "Ann B");
  EXPECT_EQ(parse({"--end-sessions=-x"}).end_sessions, "-x");
  EXPECT_EQ(parse({"--end-sessions="}).end_sessions, "") << "nobody, and no start";
  EXPECT_FALSE(parse({}).reset_password || parse({}).end_sessions);
  EXPECT_THROW(parse({"--reset-password"}), ConfigError);
  EXPECT_TRUE(parse({"--check-files", "--mend"}).mend);
  EXPECT_FALSE(parse({"--check-files"}).mend);
  EXPECT_THROW(parse({"--mend"}), ConfigError) << "goes with --check-files";
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
  EXPECT_THROW(parse({"--prot", "80"}), ConfigError);
  EXPECT_THROW(parse({"-x"}), ConfigError);
  EXPECT_THROW(parse({"start"}), ConfigError);
  EXPECT_THROW(parse({"-p"}), ConfigError);
  EXPECT_THROW(parse({"-p", "1", "-p", "2"}), ConfigError);
}

TEST(CommandLine, ShortFlagsMayStandTogether) {
  const CommandLine line = parse({"-dp", "80", "-n4"});
  EXPECT_TRUE(line.daemon);
  EXPECT_EQ(line.flags, (Flags{{"port", "80"}, {"workers", "4"}}));
}

TEST(CommandLine, AValueIsWhatStandsBehindTheEqualsSign) {
  EXPECT_EQ(parse({"--html=", "--test-config"}).flags, (Flags{{"html", ""}}));
  EXPECT_TRUE(parse({"--html=", "--test-config"}).test_config);
  EXPECT_EQ(parse({"--html", ""}).flags, (Flags{{"html", ""}}));
  EXPECT_EQ(parse({"--html=a=b"}).flags, (Flags{{"html", "a=b"}}));
  EXPECT_EQ(parse({"-n", "-1"}).flags, (Flags{{"workers", "-1"}}));
}

std::string complaint_about(const std::vector<const char*>& words) {
  try {
    parse(words);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "none";
}

TEST(CommandLine, SaysWhatToDo) {
  EXPECT_EQ(complaint_about({"-p"}), "--port needs a value: --port NUM");
  EXPECT_EQ(complaint_about({"--port", "--test-config"}), "--port needs a value: --port NUM");
  EXPECT_EQ(complaint_about({"--html", "-d"}), "--html needs a value: --html PATH");
  EXPECT_EQ(complaint_about({"-c"}), "--config needs a value: --config FILE");
  EXPECT_EQ(complaint_about({"-p", "1", "--port=2"}), "--port is given twice: leave one out");
  EXPECT_EQ(complaint_about({"-c", "a", "-c", "b"}), "--config is given twice: leave one out");
  EXPECT_EQ(complaint_about({"--daemon=no"}), "--daemon takes no value: leave \"no\" out");
  EXPECT_EQ(complaint_about({"--help=x"}), "--help takes no value: leave \"x\" out");
  const std::string all = " (chatd --help lists all)";
  EXPECT_EQ(complaint_about({"--prot", "80"}),
            "\"--prot\" is no option; did you mean --port?" + all);
  EXPECT_EQ(complaint_about({"--max_devices=3"}),
            "\"--max_devices\" is no option; did you mean --max-devices?" + all);
  for (const char* word : {"-x", "stray", "-", "--", "---port", "", "-dx"})
    EXPECT_TRUE(complaint_about({word}).starts_with('"' + std::string(word) + "\" is no option"))
        << complaint_about({word});
  EXPECT_EQ(complaint_about({"a\nb"}), "\"a?b\" is no option" + all);
}

TEST(CommandLine, HelpShowsEveryOptionWithItsDefault) {
  const CommandLine line = parse({"--help"});
  ASSERT_TRUE(line.help);
  for (const Option& option : options())
    EXPECT_NE(line.help->find(flag_of(option.name)), std::string::npos) << option.name;
  EXPECT_NE(line.help->find("default 8080; 1 to 65535"), std::string::npos);
}

}  // namespace
}  // namespace chat::config
