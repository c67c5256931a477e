#include "config/configuration.h"

#include <gtest/gtest.h>

#include "config/config_error.h"
#include "config/config_file.h"
#include "config/config_folder.h"
#include "config/options.h"

namespace chat::config {
namespace {

using std::chrono::seconds;

class ConfigurationTest : public testing::Test {
 protected:
  Configuration load_all() {
    return load(line_, [this](const char* name) -> const char* {
      const auto variable = variables_.find(name);
      return variable == variables_.end() ? nullptr : variable->second.c_str();
    });
  }

  Configuration load_file(std::string_view text) {
    line_.config = folder_.write("chatd.toml", text);
    return load_all();
  }

  std::string complaint_about_file(std::string_view text) {
    try {
      load_file(text);
    } catch (const ConfigError& error) {
      return std::string(error.what()).substr(folder_.path().size() + 1);
    }
    return "none";
  }

  ConfigFolder folder_;
  CommandLine line_;
  std::map<std::string, std::string> variables_;
};

TEST_F(ConfigurationTest, StartsFromTheDefaults) {
  const Configuration configuration = load_all();
  EXPECT_EQ(configuration.settings.port, 8080U);
  EXPECT_EQ(configuration.settings.workers, 4U);
  EXPECT_EQ(configuration.settings.login_timeout, seconds(10));
  EXPECT_TRUE(configuration.origins.empty());
}

TEST_F(ConfigurationTest, FileBeatsDefaultEnvironmentBeatsFileFlagBeatsAll) {
  EXPECT_EQ(load_file("port = 1001").settings.port, 1001U);
  variables_["CHATD_PORT"] = "1002";
  EXPECT_EQ(load_all().settings.port, 1002U);
  line_.flags = {{"port", "1003"}};
  const Configuration configuration = load_all();
  EXPECT_EQ(configuration.settings.port, 1003U);
  EXPECT_EQ(configuration.origins.at("port").source, "flag --port");
}

TEST_F(ConfigurationTest, TheConfigFileMayComeFromTheEnvironment) {
  variables_["CHATD_CONFIG"] = folder_.write("other.toml", "workers = 7");
  EXPECT_EQ(load_all().settings.workers, 7U);
}

TEST_F(ConfigurationTest, ErrorsOfAFileNameLineAndKey) {
  EXPECT_EQ(complaint_about_file("\nprot = 1"),
            "chatd.toml:2: prot is no option; did you mean port? (chatd --print-config lists all)");
  EXPECT_EQ(complaint_about_file("port = 0"),
            "chatd.toml:1: port must be from 1 to 65535, not \"0\"");
  EXPECT_EQ(complaint_about_file("[tls]\nport = 1"),
            "chatd.toml:2: port belongs in [server], not in [tls]");
  EXPECT_EQ(complaint_about_file("login_timeout = \"soon\""),
            "chatd.toml:1: login_timeout must be a time such as 500ms, 10s, 5m or 12h, not "
            "\"soon\"");
}

TEST_F(ConfigurationTest, ErrorsOfTheEnvironmentNameTheVariable) {
  variables_["CHATD_WORKERS"] = "0";
  try {
    load_all();
    FAIL() << "was accepted";
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "CHATD_WORKERS must be from 1 to 256, not \"0\"");
  }
}

TEST_F(ConfigurationTest, TakesTheOriginalsLocalIni) {
  const Configuration configuration = load_file(
      "bandwidth=100\n[ssl]\nlocal_cert=/etc/chat.crt\nlocal_pk=/etc/chat.key\n"
      "ca_file=/etc/ca.crt\n[security]\nserver_name=chat.example.org\n"
      "client_name=a.example.org,b.example.org\n");
  EXPECT_EQ(configuration.settings.tls_cert, "/etc/chat.crt");
  EXPECT_EQ(configuration.settings.tls_key, "/etc/chat.key");
  EXPECT_EQ(configuration.settings.server_name, "chat.example.org");
  EXPECT_EQ(configuration.settings.client_name, "a.example.org,b.example.org");
  EXPECT_EQ(configuration.notes.size(), 2U);
}

TEST_F(ConfigurationTest, ALocalIniMayHoldNewOptionsButNoUnknownOnes) {
  EXPECT_EQ(load_file("workers = 3\n[ssl]\nlocal_cert=\n").settings.workers, 3U);
  EXPECT_EQ(complaint_about_file("[ssl]\nlocal_crt=x"),
            "chatd.toml:2: local_crt is no option (chatd --print-config lists all)");
}

TEST_F(ConfigurationTest, TheBackgroundNeedsALogAndAPidFile) {
  line_.daemon = true;
  line_.flags = {{"data", "/srv/chat"}, {"pid_file", "/run/chatd.pid"}};
  const Settings settings = load_all().settings;
  EXPECT_EQ(settings.log_file, "/srv/chat/chatd.log");
  EXPECT_EQ(settings.pid_file, "/run/chatd.pid");
}

TEST_F(ConfigurationTest, EchoRaisesTheLimitsThatSuitesExceed) {
  line_.flags = {{"echo", "on"}, {"max_fragments", "10"}};
  const Settings settings = load_all().settings;
  EXPECT_GE(settings.max_message_size, 16U << 20);
  EXPECT_EQ(settings.max_fragments, 10U);
}

TEST_F(ConfigurationTest, PrintsAConfigFileOfItself) {
  line_.flags = {{"user", "a\"b"}, {"redis", "redis://u:hush-hush@host:6379/15"}};
  const Configuration configuration = load_all();
  const std::string text = print_config(configuration);
  EXPECT_NE(text.find("# flag --user"), std::string::npos);
  EXPECT_EQ(text.find("hush-hush"), std::string::npos);
  const ConfigFile file = parse_config(text, "printed.toml");
  ASSERT_EQ(file.entries.size(), options().size());
  for (const ConfigFile::Entry& entry : file.entries)
    EXPECT_EQ(entry.value, find_option(entry.key)->print(configuration.settings)) << entry.key;
}

TEST_F(ConfigurationTest, VariablesThatLookLikeOptionsAreComplainedOf) {
  EXPECT_EQ(complaints_about({"CHATD_PORT", "CHATD_CONFIG", "CHATD", "PATH", "chatd_port"}, ""),
            std::vector<std::string>());
  EXPECT_EQ(
      complaints_about({"CHATD_PROT", "CHATD_SOMETHING_ELSE"}, " and is ignored"),
      (std::vector<std::string>{
          "environment variable CHATD_PROT is no option and is ignored; did you mean CHATD_PORT?",
          "environment variable CHATD_SOMETHING_ELSE is no option and is ignored"}));
}

}  // namespace
}  // namespace chat::config
