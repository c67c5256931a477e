#include "net/address.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <stdexcept>

namespace chat::net {
namespace {

TEST(IpAddressTest, ParsesAndPrints) {
  const struct {
    const char* text;
    const char* canonical;
  } cases[] = {
      {"192.0.2.1", "192.0.2.1"},
      {"::ffff:192.0.2.1", "192.0.2.1"},
      {"2001:DB8:0:0::1", "2001:db8::1"},
      {"::", "::"},
      {"::1", "::1"},
  };
  for (const auto& [text, canonical] : cases) {
    const auto ip = IpAddress::parse(text);
    ASSERT_TRUE(ip) << text;
    EXPECT_EQ(ip->text(), canonical);
  }
  for (const char* bad : {"", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.256", "[::1]", "::1%eth0",
                          "1.2.3.4 ", ":::"}) {
    EXPECT_FALSE(IpAddress::parse(bad)) << bad;
  }
}

TEST(IpAddressTest, KnowsItsKind) {
  EXPECT_TRUE(IpAddress::parse("127.9.9.9")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("::1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("::2")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("10.0.0.1")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("10.0.0.1")->is_v4());
  EXPECT_FALSE(IpAddress::parse("2001:db8::1")->is_v4());
}

TEST(IpAddressTest, LimitsCountAnIpv6NetworkAsOne) {
  const auto group = [](const char* text) { return IpAddress::parse(text)->limit_group(); };
  EXPECT_EQ(group("2001:db8:1:2::1"), group("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(group("2001:db8:1:2::1"), group("2001:db8:1:3::1"));
  EXPECT_NE(group("192.0.2.1"), group("192.0.2.2"));
}

TEST(IpAddressTest, AnIpv4PeerIsTheSameOnEitherKindOfSocket) {
  sockaddr_storage v4{};
  BindAddress::parse("192.0.2.7", 1).fill(v4, AF_INET);
  sockaddr_storage mapped{};
  BindAddress::parse("192.0.2.7", 1).fill(mapped, AF_INET6);
  EXPECT_EQ(IpAddress::of(v4), IpAddress::of(mapped));
  sockaddr_storage unix_socket{};
  unix_socket.ss_family = AF_UNIX;
  EXPECT_EQ(IpAddress::of(unix_socket), IpAddress());
}

TEST(BindAddressTest, ParsesWhatPeopleWrite) {
  const struct {
    const char* text;
    const char* result;
  } cases[] = {
      {"", "*:80"},
      {"*", "*:80"},
      {"::", "*:80"},
      {"[::]", "*:80"},
      {"*:8443", "*:8443"},
      {"[::]:8443", "*:8443"},
      {":8443", "*:8443"},
      {"0.0.0.0", "0.0.0.0:80"},
      {"127.0.0.1", "127.0.0.1:80"},
      {"127.0.0.1:0", "127.0.0.1:0"},
      {"::1", "[::1]:80"},
      {"[::1]:65535", "[::1]:65535"},
      {"2001:db8::1", "[2001:db8::1]:80"},
  };
  for (const auto& [text, result] : cases) {
    EXPECT_EQ(BindAddress::parse(text, 80).text(), result) << text;
  }
}

TEST(BindAddressTest, RefusesTheRestInOneLine) {
  for (const char* bad : {"localhost", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:http", "[::1",
                          "[::1]8080", "[::1]x", "[127.0.0.1]:80", "1.2.3", "[::1]:-1", "*:+1"}) {
    try {
      BindAddress::parse(bad, 80);
      ADD_FAILURE() << bad;
    } catch (const std::runtime_error& error) {
      const std::string message = error.what();
      EXPECT_NE(message.find(bad), std::string::npos) << message;
      EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    }
  }
}

TEST(BindAddressTest, FillsSocketAddresses) {
  sockaddr_storage name{};
  EXPECT_EQ(BindAddress::parse("*", 8080).fill(name, AF_INET6), sizeof(sockaddr_in6));
  EXPECT_EQ(name.ss_family, AF_INET6);
  EXPECT_EQ(ntohs(reinterpret_cast<sockaddr_in6&>(name).sin6_port), 8080);
  EXPECT_EQ(BindAddress::parse("*", 8080).fill(name, AF_INET), sizeof(sockaddr_in));
  EXPECT_EQ(reinterpret_cast<sockaddr_in&>(name).sin_addr.s_addr, htonl(INADDR_ANY));
  BindAddress::parse("127.0.0.1", 1).fill(name, AF_INET);
  EXPECT_EQ(reinterpret_cast<sockaddr_in&>(name).sin_addr.s_addr, htonl(INADDR_LOOPBACK));
}

}  // namespace
}  // namespace chat::net
