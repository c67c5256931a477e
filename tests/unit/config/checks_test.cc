#include "config/checks.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "config/config_error.h"
#include "config/config_folder.h"

namespace chat::config {
namespace {

class ChecksTest : public testing::Test {
 protected:
  ChecksTest() {
    configuration_.settings.data = folder_.path() + "/var";
    configuration_.settings.upload = folder_.path() + "/upload";
  }

  std::string complaint() {
    try {
      check_together(configuration_, line_);
      check_files(configuration_);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "none";
  }

  void expect_complaint(std::string_view part) {
    const std::string text = complaint();
    EXPECT_NE(text.find(part), std::string::npos) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  }

  ConfigFolder folder_;
  CommandLine line_;
  Configuration configuration_;
  Settings& settings_ = configuration_.settings;
};

TEST_F(ChecksTest, AcceptsTheDefaultsAndCreatesNothing) {
  EXPECT_EQ(complaint(), "none");
  EXPECT_NE(::access(settings_.data.c_str(), F_OK), 0);
}

TEST_F(ChecksTest, ACertificateNeedsItsKeyAndTheOtherWayRound) {
  settings_.tls_cert = folder_.write("cert.pem", "");
  configuration_.origins["tls_cert"] = {"", "chatd.toml:3: tls_cert"};
  expect_complaint("chatd.toml:3: tls_cert is given without --tls-key");
  settings_.tls_key = folder_.write("key.pem", "");
  EXPECT_EQ(complaint(), "none");
  settings_.tls_cert.clear();
  expect_complaint("tls_key is given without --tls-cert");
}

TEST_F(ChecksTest, AListOfNamesNamesSomebody) {
  settings_.client_name = " , ";
  expect_complaint("client_name: \" , \" names nobody; leave it empty to accept all");
  settings_.client_name = "example.org,";
  EXPECT_EQ(complaint(), "none");
}

TEST_F(ChecksTest, TurnNeedsAddressesAndASecret) {
  settings_.turn_url = "turn:h:3478";
  expect_complaint("turn_url is given without --turn-secret-file");
  settings_.turn_secret_file = folder_.write("turn.secret", "x");
  EXPECT_EQ(complaint(), "none");
  settings_.turn_url = "turn:h:1, stun:h:2";
  expect_complaint("stun:h:2 does not begin with turn: or turns:");
  settings_.turn_url.clear();
  expect_complaint("turn_secret_file is given without --turn-url");
}

TEST_F(ChecksTest, CertificateFilesMustBeReadableFiles) {
  settings_.tls_cert = folder_.write("cert.pem", "");
  settings_.tls_key = folder_.path() + "/missing.pem";
  expect_complaint("missing.pem cannot be read: No such file or directory");
  settings_.tls_key = folder_.path();
  expect_complaint("is not a file");
}

TEST_F(ChecksTest, TestModesDoNotGoIntoTheBackground) {
  line_.daemon = true;
  settings_.echo = true;
  expect_complaint("--echo");
  settings_.echo = false;
  settings_.rate_limits = false;
  expect_complaint("--rate-limits off");
  line_.daemon = false;
  EXPECT_EQ(complaint(), "none");
}

TEST_F(ChecksTest, TheDataFolderMustLeaveRoomForASocketPath) {
  settings_.data = folder_.path() + "/" + std::string(100, 'a');
  expect_complaint("use a shorter folder");
  settings_.redis = parse_redis_address("redis://localhost");
  EXPECT_EQ(complaint(), "none");
}

TEST_F(ChecksTest, FoldersMustBeFolders) {
  settings_.html = folder_.path() + "/missing";
  expect_complaint("missing is not a folder");
  settings_.html.clear();
  settings_.upload = folder_.write("file", "") + "/upload";
  expect_complaint("is not a folder");
  settings_.upload.clear();
  expect_complaint("upload must name a folder");
}

TEST_F(ChecksTest, FoldersMustBeWritable) {
  const bool root = ::geteuid() == 0;
  ::chmod(folder_.path().c_str(), root ? 0755 : 0500);
  const pid_t pid = ::fork();
  if (pid == 0) {
    // Root may write everywhere.
    if (root && ::setuid(65534) != 0) std::_Exit(2);
    const bool told = complaint().find("cannot be written: Permission denied") != std::string::npos;
    std::_Exit(told ? 0 : 1);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  ::chmod(folder_.path().c_str(), 0700);
}

}  // namespace
}  // namespace chat::config
