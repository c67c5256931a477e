#include "process/preflight.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/unique_fd.h"
#include "config/config_error.h"
#include "process/certificate_files.h"
#include "process/folder.h"

namespace chat::process {
namespace {

class PreflightTest : public testing::Test {
 protected:
  PreflightTest() {
    settings_.data = folder_.file("var");
    settings_.upload = folder_.file("upload");
  }

  std::string complaint() {
    try {
      preflight(configuration_, line_);
    } catch (const config::ConfigError& error) {
      return error.what();
    }
    return "none";
  }

  void use_certificate() {
    settings_.tls_cert = folder_.file("cert.pem");
    settings_.tls_key = folder_.file("key.pem");
    configuration_.origins["tls_cert"] = {"", "chatd.toml:4: tls_cert"};
    configuration_.origins["tls_key"] = {"", "chatd.toml:5: tls_key"};
    write_certificate(settings_.tls_cert, settings_.tls_key);
  }

  Folder folder_;
  config::CommandLine line_;
  config::Configuration configuration_;
  config::Settings& settings_ = configuration_.settings;
};

TEST_F(PreflightTest, AcceptsTheDefaults) { EXPECT_EQ(complaint(), "none"); }

TEST_F(PreflightTest, AcceptsACertificateWithItsKey) {
  use_certificate();
  EXPECT_EQ(complaint(), "none");
}

TEST_F(PreflightTest, RefusesTheKeyOfAnotherCertificate) {
  use_certificate();
  write_certificate(folder_.file("other.pem"), settings_.tls_key);
  EXPECT_TRUE(complaint().starts_with("chatd.toml:5: tls_key: ")) << complaint();
}

TEST_F(PreflightTest, RefusesFilesThatHoldNoCertificate) {
  use_certificate();
  folder_.write("cert.pem", "not a certificate");
  EXPECT_TRUE(complaint().starts_with("chatd.toml:4: tls_cert: ")) << complaint();
}

TEST_F(PreflightTest, RefusesAnAddressThatIsNone) {
  settings_.bind = "localhost";
  EXPECT_TRUE(complaint().starts_with("bind: ")) << complaint();
  for (const char* address : {"*", "127.0.0.1", "::1"}) {
    settings_.bind = address;
    EXPECT_EQ(complaint(), "none") << address;
  }
}

TEST_F(PreflightTest, RefusesAUserThatIsNotThere) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root changes its user";
  configuration_.origins["user"] = {"", "chatd.toml:3: user"};
  settings_.user = "no-such-user";
  EXPECT_EQ(complaint(),
            "chatd.toml:3: user: there is no user no-such-user; create one with `adduser --system "
            "--group no-such-user`");
}

// What a test as root says of a configuration whose server is to run as nobody.
class TestedForAUserTest : public PreflightTest {
 protected:
  TestedForAUserTest() {
    settings_.user = "nobody";
    settings_.redis = config::parse_redis_address("redis://127.0.0.1:1");
    ::chmod(folder_.path().c_str(), 0755);
  }

  std::string complaint_of_test() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    const UniqueFd reader(ends[0]);
    UniqueFd writer(ends[1]);
    const pid_t pid = ::fork();
    if (pid == 0) {
      std::string text = "none";
      try {
        test_configuration(configuration_, line_);
      } catch (const std::runtime_error& error) {
        text = error.what();
      }
      const auto written = ::write(writer.get(), text.data(), text.size());
      std::_Exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
    }
    writer.reset();
    std::array<char, 4096> text{};
    const ssize_t size = ::read(reader.get(), text.data(), text.size());
    ::waitpid(pid, nullptr, 0);
    return {text.data(), static_cast<std::size_t>(size)};
  }
};

TEST_F(TestedForAUserTest, AcceptsFoldersThatRootWouldMakeAndMakesNone) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root changes its user";
  settings_.data = folder_.file("missing/var");
  settings_.log_file = settings_.data + "/chatd.log";
  EXPECT_EQ(complaint_of_test(), "none");
  EXPECT_FALSE(std::filesystem::exists(folder_.file("missing")));
}

TEST_F(TestedForAUserTest, RefusesWhatThatUserCannotUse) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root changes its user";
  std::filesystem::create_directories(folder_.file("closed/in"));
  std::filesystem::create_directories(folder_.file("var"));
  settings_.data = folder_.file("var");
  EXPECT_NE(complaint_of_test().find("var cannot be written: Permission denied"), std::string::npos)
      << complaint_of_test();
  ::chmod(folder_.file("closed").c_str(), 0700);
  settings_.data = folder_.file("closed/in");
  EXPECT_NE(complaint_of_test().find("closed/in is out of reach, " + folder_.file("closed") +
                                     ": Permission denied"),
            std::string::npos)
      << complaint_of_test();
  settings_.data = folder_.file("missing");
  settings_.html = folder_.file("closed/in");
  EXPECT_NE(complaint_of_test().find("closed/in cannot be read: Permission denied"),
            std::string::npos)
      << complaint_of_test();
  settings_.html.clear();
  settings_.log_file = folder_.file("chatd.log");
  EXPECT_TRUE(complaint_of_test().starts_with("log_file: ")) << complaint_of_test();
  settings_.log_file.clear();
  use_certificate();
  ::chmod(settings_.tls_cert.c_str(), 0644);
  ::chmod(settings_.tls_key.c_str(), 0600);
  EXPECT_TRUE(complaint_of_test().starts_with("chatd.toml:5: tls_key: ")) << complaint_of_test();
  ::chmod(settings_.tls_key.c_str(), 0644);
  EXPECT_EQ(complaint_of_test(), "none");
}

TEST_F(PreflightTest, AsksTheOtherChecksToo) {
  settings_.html = folder_.file("missing");
  EXPECT_NE(complaint(), "none");
  settings_.html.clear();
  settings_.tls_key = folder_.file("key.pem");
  EXPECT_NE(complaint(), "none");
}

}  // namespace
}  // namespace chat::process
