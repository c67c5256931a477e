#include "net/acceptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <memory>
#include <vector>

#include "base/clock.h"
#include "net/listener.h"
#include "support.h"

// There when the program is linked with AddressSanitizer.
extern "C" void __asan_init() __attribute__((weak));

namespace chat::net {
namespace {

using test::Client;

// Several workers' loops turned by one thread.
class AcceptorTest : public testing::Test {
 protected:
  static constexpr unsigned kWorkers = 3;

  struct Worker {
    EventLoop loop;
    std::vector<UniqueFd> sockets;
    std::vector<CountedPeer> peers;
    std::unique_ptr<Acceptor> acceptor;
  };

  void start(unsigned index, const AcceptLimits& limits = {0, 0}, bool plain_http = false) {
    Worker& worker = workers_[index];
    Acceptor::Options options;
    options.listener = listener_.fd();
    options.worker = index;
    options.limits = limits;
    options.plain_http = plain_http;
    worker.acceptor = std::make_unique<Acceptor>(worker.loop, counters_, options,
                                                 [&worker](UniqueFd socket, CountedPeer peer) {
                                                   worker.sockets.push_back(std::move(socket));
                                                   worker.peers.push_back(std::move(peer));
                                                 });
  }

  Client connect() {
    UniqueFd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_storage name{};
    const socklen_t length = BindAddress::parse("127.0.0.1", listener_.port()).fill(name, AF_INET);
    EXPECT_EQ(::connect(client.get(), reinterpret_cast<sockaddr*>(&name), length), 0);
    fcntl(client.get(), F_SETFL, O_NONBLOCK);
    return Client(std::move(client));
  }

  std::size_t accepted() const {
    std::size_t total = 0;
    for (const Worker& worker : workers_) total += worker.sockets.size();
    return total;
  }

  // Turns the loops of workers [first, kWorkers) until `total` connections are accepted.
  bool accept_all(std::size_t total, unsigned first = 0) {
    const std::uint64_t end = monotonic_ms() + 10'000;
    while (accepted() < total && monotonic_ms() < end) {
      for (unsigned i = first; i < kWorkers; ++i) {
        workers_[i].loop.run_once(std::chrono::milliseconds(0));
      }
    }
    return accepted() >= total;
  }

  Listener listener_ = Listener::bind(BindAddress::parse("127.0.0.1", 0));
  SharedCounters counters_{kWorkers};
  Worker workers_[kWorkers];
};

TEST_F(AcceptorTest, HandsOnConnectionsReadyForUse) {
  start(0);
  const Client client = connect();
  ASSERT_TRUE(accept_all(1));
  const int fd = workers_[0].sockets[0].get();
  EXPECT_NE(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  int no_delay = 0;
  socklen_t length = sizeof(no_delay);
  getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &length);
  EXPECT_NE(no_delay, 0);
  EXPECT_EQ(workers_[0].peers[0].address().text(), "127.0.0.1");
  EXPECT_EQ(counters_.live(0), 1U);
  EXPECT_EQ(workers_[0].acceptor->accepted(), 1U);
}

TEST_F(AcceptorTest, ConnectionsSpreadEvenlyComingAtOnce) {
  for (unsigned i = 0; i < kWorkers; ++i) start(i);
  std::vector<Client> clients;
  for (int i = 0; i < 300; ++i) clients.push_back(connect());
  ASSERT_TRUE(accept_all(300));
  for (const Worker& worker : workers_) EXPECT_NEAR(worker.sockets.size(), 100, 25);
}

TEST_F(AcceptorTest, ConnectionsSpreadEvenlyComingOneByOne) {
  for (unsigned i = 0; i < kWorkers; ++i) start(i);
  std::vector<Client> clients;
  for (std::size_t i = 1; i <= 90; ++i) {
    clients.push_back(connect());
    ASSERT_TRUE(accept_all(i));
  }
  for (const Worker& worker : workers_) EXPECT_NEAR(worker.sockets.size(), 30, 8);
}

TEST_F(AcceptorTest, AHungNeighbourStallsNobody) {
  for (unsigned i = 0; i < kWorkers; ++i) start(i);
  std::vector<Client> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(connect());
  const std::uint64_t begin = monotonic_ms();
  ASSERT_TRUE(accept_all(200, 1));  // worker 0 never turns
  EXPECT_EQ(workers_[0].sockets.size(), 0U);
  EXPECT_LT(monotonic_ms() - begin, 3000U);
}

TEST_F(AcceptorTest, StoppingLeavesTheRestToTheOthers) {
  start(0);
  start(1);
  workers_[0].acceptor->stop();
  std::vector<Client> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(connect());
  ASSERT_TRUE(accept_all(20));
  EXPECT_EQ(workers_[0].sockets.size(), 0U);
  EXPECT_EQ(workers_[1].sockets.size(), 20U);
}

TEST_F(AcceptorTest, LimitsPerAddressCountAllWorkers) {
  for (unsigned i = 0; i < kWorkers; ++i) start(i, {.per_worker = 0, .per_address = 10});
  std::vector<Client> clients;
  for (int i = 0; i < 15; ++i) clients.push_back(connect());
  std::uint64_t refused = 0;
  const std::uint64_t end = monotonic_ms() + 10'000;
  while (accepted() + refused < 15 && monotonic_ms() < end) {
    accept_all(0);
    refused = 0;
    for (Worker& worker : workers_) {
      worker.loop.run_once(std::chrono::milliseconds(0));
      refused += worker.acceptor->turned_away();
    }
  }
  EXPECT_EQ(accepted(), 10U);
  EXPECT_EQ(refused, 5U);
  for (Worker& worker : workers_) worker.peers.clear();
  const Client next = connect();
  EXPECT_TRUE(accept_all(11));
}

TEST_F(AcceptorTest, APlainServerTellsThoseItTurnsAway) {
  start(0, {.per_worker = 1, .per_address = 0}, true);
  const Client first = connect();
  ASSERT_TRUE(accept_all(1));
  Client second = connect();
  second.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  second.pump();
  EXPECT_TRUE(test::run_until(workers_[0].loop, [&] {
    second.pump();
    return second.closed();
  }));
  EXPECT_TRUE(second.received().starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_NE(second.received().find("\r\nRetry-After: "), std::string::npos);
  EXPECT_FALSE(second.reset());
}

TEST_F(AcceptorTest, ATlsServerResetsThoseItTurnsAway) {
  start(0, {.per_worker = 1, .per_address = 0}, false);
  const Client first = connect();
  ASSERT_TRUE(accept_all(1));
  Client second = connect();
  EXPECT_TRUE(test::run_until(workers_[0].loop, [&] {
    second.pump();
    return second.closed();
  }));
  EXPECT_TRUE(second.reset());
}

TEST_F(AcceptorTest, RunningOutOfDescriptorsTurnsClientsAwayAndRecovers) {
  if (__asan_init != nullptr)
    GTEST_SKIP() << "the sanitizers need descriptors of their own to look at memory";
  start(0, {0, 0}, false);
  workers_[0].loop.run_once(std::chrono::milliseconds(0));
  std::vector<Client> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(connect());
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const UniqueFd next_free(dup(0));
  const rlimit none{static_cast<rlim_t>(next_free.get()) + 1, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  EXPECT_TRUE(
      test::run_until(workers_[0].loop, [&] { return workers_[0].acceptor->turned_away() == 5; }));
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(accepted(), 0U);
  for (Client& client : clients) {
    client.pump();
    EXPECT_TRUE(client.closed());
  }
  const Client later = connect();
  EXPECT_TRUE(accept_all(1));
}

}  // namespace
}  // namespace chat::net
