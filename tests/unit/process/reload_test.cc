#include "process/reload.h"

#include <gtest/gtest.h>

#include "config/config_error.h"
#include "process/certificate_files.h"
#include "process/folder.h"

namespace chat::process {
namespace {

class ReloadTest : public testing::Test {
 protected:
  ReloadTest() {
    line_.flags = {{"data", folder_.file("var")}, {"upload", folder_.file("upload")}};
  }

  void write(std::string_view text) { line_.config = folder_.write("chatd.toml", text); }

  Folder folder_;
  config::CommandLine line_;
};

TEST_F(ReloadTest, TakesNewValuesOfOptionsThatReload) {
  write("max_devices = 2");
  const config::Configuration before = config::load(line_);
  write("max_devices = 3");
  const Reload reload = load_again(before, line_);
  EXPECT_EQ(reload.configuration.settings.max_devices, 3U);
  EXPECT_TRUE(reload.kept.empty());
}

TEST_F(ReloadTest, GoesBackToTheDefaultOfAnOptionThatWasTakenOut) {
  write("max_devices = 2");
  const config::Configuration before = config::load(line_);
  write("");
  EXPECT_EQ(load_again(before, line_).configuration.settings.max_devices, 8U);
}

TEST_F(ReloadTest, KeepsAndNamesOptionsThatNeedAStart) {
  write("port = 9001\nmax_devices = 2");
  const config::Configuration before = config::load(line_);
  write("port = 9002\nmax_devices = 3");
  const Reload reload = load_again(before, line_);
  EXPECT_EQ(reload.configuration.settings.port, 9001U);
  EXPECT_EQ(reload.configuration.settings.max_devices, 3U);
  EXPECT_EQ(reload.kept, std::vector<std::string_view>{"port"});
}

TEST_F(ReloadTest, RefusesAFileWithAMistake) {
  write("");
  const config::Configuration before = config::load(line_);
  write("max_devices = 0");
  EXPECT_THROW(load_again(before, line_), config::ConfigError);
  write("html = \"/nowhere\"");
  EXPECT_THROW(load_again(before, line_), config::ConfigError);
}

TEST_F(ReloadTest, DoesNotSwitchTlsOnOrOff) {
  write("");
  const config::Configuration plain = config::load(line_);
  write_certificate(folder_.file("cert.pem"), folder_.file("key.pem"));
  write("tls_cert = \"" + folder_.file("cert.pem") + "\"\ntls_key = \"" + folder_.file("key.pem") +
        "\"");
  EXPECT_THROW(load_again(plain, line_), config::ConfigError);
  const config::Configuration tls = config::load(line_);
  EXPECT_NO_THROW(load_again(tls, line_));
  write("");
  EXPECT_THROW(load_again(tls, line_), config::ConfigError);
}

}  // namespace
}  // namespace chat::process
