#include "net/shared_counters.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <vector>

namespace chat::net {
namespace {

IpAddress ip(const std::string& text) { return *IpAddress::parse(text); }

TEST(SharedCountersTest, CountsPerWorkerAndPerAddress) {
  SharedCounters counters(3);
  counters.add(0, ip("192.0.2.1"));
  counters.add(1, ip("192.0.2.1"));
  counters.add(1, ip("192.0.2.2"));
  EXPECT_EQ(counters.live(0), 1U);
  EXPECT_EQ(counters.live(1), 2U);
  EXPECT_EQ(counters.live(2), 0U);
  EXPECT_EQ(counters.live_total(), 3U);
  EXPECT_EQ(counters.of_address(ip("192.0.2.1")), 2U);
  counters.remove(1, ip("192.0.2.1"));
  EXPECT_EQ(counters.of_address(ip("192.0.2.1")), 1U);
  EXPECT_EQ(counters.live(1), 1U);
}

TEST(SharedCountersTest, Ipv6IsCountedByNetwork) {
  SharedCounters counters(1);
  counters.add(0, ip("2001:db8::1"));
  counters.add(0, ip("2001:db8::2"));
  EXPECT_EQ(counters.of_address(ip("2001:db8::3")), 2U);
  EXPECT_EQ(counters.of_address(ip("2001:db8:0:1::1")), 0U);
}

TEST(SharedCountersTest, OtherAddressesHardlyEverDisturb) {
  SharedCounters counters(1);
  for (int i = 0; i < 1000; ++i) {
    counters.add(0, ip("10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250)));
  }
  int disturbed = 0;
  for (int i = 0; i < 1000; ++i) {
    disturbed += counters.of_address(
                     ip("10.2." + std::to_string(i / 250) + "." + std::to_string(i % 250))) > 0;
  }
  EXPECT_LT(disturbed, 60);  // two rows of 8192: 1.3% expected
}

TEST(SharedCountersTest, ForkedProcessesShareAndADeadOneIsCleared) {
  SharedCounters counters(2);
  counters.add(0, ip("192.0.2.1"));
  const pid_t child = fork();
  if (child == 0) {
    for (int i = 0; i < 5; ++i) counters.add(1, ip("192.0.2.1"));
    counters.beat(1, 1000);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(counters.of_address(ip("192.0.2.1")), 6U);
  EXPECT_EQ(counters.live(1), 5U);
  counters.clear(1);
  EXPECT_EQ(counters.of_address(ip("192.0.2.1")), 1U);
  EXPECT_EQ(counters.live(1), 0U);
  EXPECT_EQ(counters.live(0), 1U);
}

TEST(SharedCountersTest, FewestLiveIgnoresThoseThatCannotBeCountedOn) {
  SharedCounters counters(4);
  const auto fill = [&](unsigned worker, int count) {
    for (int i = 0; i < count; ++i) counters.add(worker, ip("192.0.2.1"));
  };
  fill(0, 10);
  fill(1, 6);
  fill(2, 3);
  counters.beat(1, 5000);
  counters.beat(2, 3000);  // hung for two seconds; worker 3 never started
  EXPECT_EQ(counters.fewest_live(0, 5000), 6U);
  counters.beat(2, 5000);
  EXPECT_EQ(counters.fewest_live(0, 5500), 3U);
  counters.retire(2);
  EXPECT_EQ(counters.fewest_live(0, 5500), 6U);
  EXPECT_EQ(counters.fewest_live(0, 6000 + SharedCounters::kHungAfterMs), 10U);
}

TEST(CountedPeerTest, CountsAsLongAsItLives) {
  SharedCounters counters(1);
  {
    CountedPeer peer(counters, 0, ip("192.0.2.1"));
    EXPECT_EQ(counters.live(0), 1U);
    CountedPeer moved(std::move(peer));
    EXPECT_EQ(counters.live(0), 1U);
    std::vector<CountedPeer> many;
    many.emplace_back(counters, 0, ip("192.0.2.2"));
    many.push_back(std::move(moved));
    EXPECT_EQ(counters.live(0), 2U);
    many.front().uncount();
    many.front().uncount();
    EXPECT_EQ(counters.live(0), 1U);
    EXPECT_EQ(many.front().address().text(), "192.0.2.2");
  }
  EXPECT_EQ(counters.live(0), 0U);
  EXPECT_EQ(counters.of_address(ip("192.0.2.1")), 0U);
}

}  // namespace
}  // namespace chat::net
