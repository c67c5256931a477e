#include "net/outbox.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace chat::net {
namespace {

std::string gathered(const Outbox& outbox, std::size_t most) {
  std::vector<iovec> vectors(most);
  const std::size_t count = outbox.gather(vectors);
  std::string all;
  for (std::size_t i = 0; i < count; ++i) {
    all.append(static_cast<const char*>(vectors[i].iov_base), vectors[i].iov_len);
  }
  return all;
}

std::string front(const Outbox& outbox, std::size_t size) {
  std::string scratch(size, '?');
  const auto bytes = outbox.front(scratch);
  return {bytes.data(), bytes.size()};
}

TEST(OutboxTest, KeepsOrderAcrossPartialConsumption) {
  Outbox outbox;
  outbox.push(SharedBytes("hello "));
  outbox.push(SharedBytes("big "));
  outbox.push(SharedBytes("world"));
  EXPECT_EQ(outbox.bytes(), 15U);
  EXPECT_EQ(gathered(outbox, 8), "hello big world");
  EXPECT_EQ(gathered(outbox, 2), "hello big ");
  outbox.consume(3);
  EXPECT_EQ(gathered(outbox, 8), "lo big world");
  outbox.consume(4);
  EXPECT_EQ(gathered(outbox, 8), "ig world");
  outbox.consume(3);
  EXPECT_EQ(gathered(outbox, 8), "world");
  outbox.consume(5);
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(gathered(outbox, 8), "");
}

TEST(OutboxTest, GoesOnAfterItWasEmptied) {
  Outbox outbox;
  for (int round = 0; round < 3; ++round) {
    outbox.push(SharedBytes("alone"));
    EXPECT_EQ(gathered(outbox, 8), "alone");
    outbox.consume(2);
    outbox.push(SharedBytes("and more"));
    EXPECT_EQ(gathered(outbox, 8), "oneand more");
    outbox.consume(3);
    EXPECT_EQ(gathered(outbox, 8), "and more");
    outbox.consume(8);
    EXPECT_TRUE(outbox.empty());
  }
}

TEST(OutboxTest, IgnoresEmptyPieces) {
  Outbox outbox;
  outbox.push(SharedBytes());
  outbox.push(SharedBytes(""));
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(front(outbox, 10), "");
}

TEST(OutboxTest, FrontCoalescesSmallPiecesAndLendsLargeOnes) {
  Outbox outbox;
  const SharedBytes large(std::string(100, 'x'));
  outbox.push(large);
  std::string scratch(40, '?');
  EXPECT_EQ(outbox.front(scratch).data(), large.data());
  EXPECT_EQ(outbox.front(scratch).size(), 40U);
  outbox.consume(90);
  EXPECT_EQ(outbox.front(scratch).data(), large.data() + 90);  // alone: lent as well
  outbox.push(SharedBytes("abc"));
  outbox.push(SharedBytes(std::string(100, 'y')));
  EXPECT_EQ(front(outbox, 40), std::string(10, 'x') + "abc" + std::string(27, 'y'));
}

TEST(OutboxTest, FrontOfARetryBeginsTheSameAndIsNoShorter) {
  Outbox outbox;
  outbox.push(SharedBytes("one"));
  outbox.push(SharedBytes("two"));
  const std::string first = front(outbox, 16);
  outbox.push(SharedBytes("three"));
  const std::string retry = front(outbox, 16);
  EXPECT_GE(retry.size(), first.size());
  EXPECT_EQ(retry.substr(0, first.size()), first);
}

TEST(OutboxTest, LetsGoOfConsumedBytes) {
  Outbox outbox;
  const SharedBytes shared("shared by many");
  outbox.push(shared);
  outbox.push(SharedBytes("tail"));
  outbox.consume(shared.size());
  EXPECT_EQ(gathered(outbox, 4), "tail");
  outbox.clear();
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(outbox.bytes(), 0U);
}

TEST(OutboxTest, RandomTrafficComesOutAsItWentIn) {
  std::mt19937 random(7);
  Outbox outbox;
  std::string expected;
  std::string taken;
  std::size_t next = 0;
  for (int step = 0; step < 20'000; ++step) {
    if (random() % 2 == 0) {
      std::string piece(random() % 50, static_cast<char>('a' + next++ % 26));
      expected += piece;
      outbox.push(SharedBytes(piece));
    } else if (!outbox.empty()) {
      const std::string seen = random() % 2 == 0 ? gathered(outbox, 1 + random() % 64)
                                                 : front(outbox, 1 + random() % 200);
      const std::size_t count = 1 + random() % seen.size();
      taken += seen.substr(0, count);
      outbox.consume(count);
    }
    ASSERT_EQ(outbox.bytes(), expected.size() - taken.size());
  }
  EXPECT_EQ(taken, expected.substr(0, taken.size()));
}

}  // namespace
}  // namespace chat::net
