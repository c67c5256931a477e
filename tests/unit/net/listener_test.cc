#include "net/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>
#include <stdexcept>
#include <utility>

namespace chat::net {
namespace {

bool can_connect(int family, std::uint16_t port) {
  const UniqueFd client(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_storage name{};
  const char* loopback = family == AF_INET ? "127.0.0.1" : "::1";
  const socklen_t length = BindAddress::parse(loopback, port).fill(name, family);
  return connect(client.get(), reinterpret_cast<sockaddr*>(&name), length) == 0;
}

bool has_ipv6() {
  const UniqueFd probe(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_storage name{};
  const socklen_t length = BindAddress::parse("::1", 0).fill(name, AF_INET6);
  return probe && bind(probe.get(), reinterpret_cast<sockaddr*>(&name), length) == 0;
}

TEST(ListenerTest, AnyListensOnBothFamilies) {
  const Listener listener = Listener::bind(BindAddress::parse("*", 0));
  EXPECT_NE(listener.port(), 0);
  EXPECT_TRUE(can_connect(AF_INET, listener.port()));
  if (has_ipv6()) {
    EXPECT_TRUE(can_connect(AF_INET6, listener.port()));
  }
  EXPECT_NE(fcntl(listener.fd(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(fcntl(listener.fd(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(ListenerTest, OneAddressListensThereOnly) {
  const Listener listener = Listener::bind(BindAddress::parse("127.0.0.1", 0));
  EXPECT_TRUE(can_connect(AF_INET, listener.port()));
  if (!has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  EXPECT_FALSE(can_connect(AF_INET6, listener.port()));
  const Listener v6 = Listener::bind(BindAddress::parse("::1", 0));
  EXPECT_TRUE(can_connect(AF_INET6, v6.port()));
  EXPECT_FALSE(can_connect(AF_INET, v6.port()));
}

std::string error_of(const BindAddress& address) {
  try {
    Listener::bind(address);
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TEST(ListenerTest, FailuresSayWhatToDo) {
  const Listener listener = Listener::bind(BindAddress::parse("127.0.0.1", 0));
  const std::string taken = error_of(BindAddress::parse("127.0.0.1", listener.port()));
  EXPECT_EQ(taken, "cannot listen on 127.0.0.1:" + std::to_string(listener.port()) +
                       ": the port is in use; stop the program that holds it or choose another "
                       "port");
  EXPECT_EQ(error_of(BindAddress::parse("192.0.2.1", 0)),
            "cannot listen on 192.0.2.1:0: this machine does not have that address");
}

TEST(ListenerTest, APortIsFreeAgainAtOnce) {
  std::uint16_t port = 0;
  {
    const Listener listener = Listener::bind(BindAddress::parse("127.0.0.1", 0));
    port = listener.port();
    EXPECT_TRUE(can_connect(AF_INET, port));
  }
  EXPECT_EQ(error_of(BindAddress::parse("127.0.0.1", port)), "");
}

TEST(ListenerTest, OneThatReplacesARunningOneMayHaveTheSamePortElsewhereAndIsSilentAtFirst) {
  for (const auto& [old_address, new_address] : {std::pair{"127.0.0.1", "*"}, {"*", "127.0.0.1"}}) {
    std::optional<Listener> running = Listener::bind(BindAddress::parse(old_address, 0));
    const std::uint16_t port = running->port();
    EXPECT_NE(error_of(BindAddress::parse(new_address, port)), "") << "to others it is taken";
    Listener next = Listener::bind_beside(BindAddress::parse(new_address, port), *running);
    EXPECT_TRUE(can_connect(AF_INET, port));
    const UniqueFd taken(accept(running->fd(), nullptr, nullptr));
    EXPECT_TRUE(taken) << "connections are still the running one's";
    next.listen();
    running.reset();
    EXPECT_TRUE(can_connect(AF_INET, port));
    const UniqueFd taken_next(accept(next.fd(), nullptr, nullptr));
    EXPECT_TRUE(taken_next);
    next.listen();
    EXPECT_TRUE(can_connect(AF_INET, port)) << "to listen again changes nothing";
    EXPECT_NE(error_of(BindAddress::parse("127.0.0.1", port)), "") << "to others it is taken";
  }
}

TEST(ListenerTest, ThePortOfAThirdIsNotHadBesideARunningOne) {
  const Listener running = Listener::bind(BindAddress::parse("127.0.0.1", 0));
  const Listener third = Listener::bind(BindAddress::parse("127.0.0.1", 0));
  EXPECT_THROW(Listener::bind_beside(BindAddress::parse("*", third.port()), running),
               std::runtime_error);
}

TEST(ListenerTest, AdoptsOnlyListeningSockets) {
  Listener listener = Listener::bind(BindAddress::parse("127.0.0.1", 0));
  const Listener adopted = Listener::adopt(UniqueFd(dup(listener.fd())));
  EXPECT_EQ(adopted.port(), listener.port());
  EXPECT_THROW(Listener::adopt(UniqueFd(socket(AF_INET, SOCK_STREAM, 0))), std::runtime_error);
  EXPECT_THROW(Listener::adopt(UniqueFd(open("/dev/null", O_RDONLY))), std::runtime_error);
}

}  // namespace
}  // namespace chat::net
