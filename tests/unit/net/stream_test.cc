#include "net/stream.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <string>

#include "connection_support.h"

namespace chat::net {
namespace {

class StreamTest : public test::ConnectionFixture {
 protected:
  void change_keys(int request) {
    ASSERT_EQ(SSL_key_update(client_.tls(), request), 1);
    SSL_do_handshake(client_.tls());  // sends it
  }
};
INSTANTIATE_TEST_SUITE_P(Transports, StreamTest, testing::Values(true),
                         [](const auto&) { return "Tls"; });

TEST_P(StreamTest, KeysMayChange) {
  shake_hands();
  std::string said;
  for (int i = 0; i < 50; ++i) {
    change_keys(i % 2 == 0 ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED);
    said += std::to_string(i);
    client_.send(std::to_string(i));
    ASSERT_TRUE(until([&] { return handler_.received == said; }));
  }
  connection_->send(SharedBytes("heard"));
  EXPECT_TRUE(until([&] { return client_.received() == "heard"; }));
}

TEST_P(StreamTest, RecordsThatBringBytesDoNotAddUp) {
  shake_hands();
  std::string said;
  for (std::uint32_t i = 0; i < 3 * kMostIdleRecords; ++i) {
    said += 'x';
    client_.send("x");
    client_.pump();
  }
  EXPECT_TRUE(until([&] { return handler_.received == said; }));
  EXPECT_FALSE(handler_.cause.has_value());
}

TEST_P(StreamTest, APeerThatDoesNothingButChangeKeysIsGivenUp) {
  shake_hands();
  std::uint32_t changes = 0;
  while (!handler_.cause && changes < 10 * kMostIdleRecords) {
    for (int i = 0; i < 50; ++i, ++changes) change_keys(SSL_KEY_UPDATE_NOT_REQUESTED);
    turn();
  }
  EXPECT_EQ(handler_.cause, CloseCause::peer_reset);
  EXPECT_GE(changes, kMostIdleRecords / 2);
}

}  // namespace
}  // namespace chat::net
