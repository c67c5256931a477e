#include "process/preflight.h"

#include <gtest/gtest.h>

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

TEST_F(PreflightTest, AsksTheOtherChecksToo) {
  settings_.html = folder_.file("missing");
  EXPECT_NE(complaint(), "none");
  settings_.html.clear();
  settings_.tls_key = folder_.file("key.pem");
  EXPECT_NE(complaint(), "none");
}

}  // namespace
}  // namespace chat::process
