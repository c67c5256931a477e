#include "process/dispersal.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "session/peer.h"
#include "websocket/close_code.h"

namespace chat::process {
namespace {

using session::SessionPtr;
using std::chrono::milliseconds;

class DispersalTest : public testing::Test {
 protected:
  // One more client of the worker.
  SessionPtr connect() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0) std::abort();
    clients_.emplace_back(ends[1]);
    auto session =
        std::make_shared<session::Session>(peer_.environment, ++last_id_, session::Handshake());
    peer_.registry.add(session);
    session->start(net::Connection::open(peer_.loop, UniqueFd(ends[0]), {}, nullptr, nobody_));
    return session;
  }

  std::vector<SessionPtr> connect(int count) {
    std::vector<SessionPtr> sessions;
    for (int i = 0; i < count; ++i) sessions.push_back(connect());
    return sessions;
  }

  Dispersal disperse(milliseconds spread) {
    return {peer_.loop, peer_.registry, {websocket::kServiceRestart, "come back", spread}};
  }

  static std::size_t left(const std::vector<SessionPtr>& sessions) {
    std::size_t count = 0;
    for (const SessionPtr& session : sessions) count += session->closed() ? 1 : 0;
    return count;
  }

  struct Nobody final : net::ConnectionHandler {
    void on_data(std::span<char>) override {}
    void on_closed(net::CloseCause) override {}
  };

  Nobody nobody_;
  session::test::Peer peer_;
  std::vector<UniqueFd> clients_;
  std::uint64_t last_id_ = 1;  // the peer's own session
};

TEST_F(DispersalTest, WithoutASpreadAllLeaveAtOnce) {
  const auto sessions = connect(5);
  const Dispersal dispersal = disperse(milliseconds(0));
  EXPECT_EQ(left(sessions), sessions.size());
  EXPECT_TRUE(peer_.until([&] { return peer_.got_close(websocket::kServiceRestart); }));
  EXPECT_NE(peer_.received.find("come back"), std::string::npos);
}

TEST_F(DispersalTest, EachLeavesNoSoonerThanItsShareOfTheTimeBegins) {
  constexpr std::uint64_t kSpread = 500;
  auto sessions = connect(9);
  sessions.push_back(peer_.session);
  const std::uint64_t share = kSpread / sessions.size();
  const std::uint64_t begun = monotonic_ms();
  const Dispersal dispersal = disperse(milliseconds(kSpread));
  std::size_t most = 0;
  EXPECT_TRUE(peer_.until([&] {
    const std::size_t gone = left(sessions);
    const std::uint64_t passed = monotonic_ms() - begun;
    EXPECT_LE(gone, passed / share + 1) << "after " << passed << " ms";
    most = std::max(most, gone);
    return gone == sessions.size();
  }));
  EXPECT_EQ(most, sessions.size());
  EXPECT_GE(monotonic_ms() - begun, kSpread - share);
}

TEST_F(DispersalTest, OneThatCameSinceLeavesInWhatRemains) {
  const std::uint64_t begun = monotonic_ms();
  Dispersal dispersal = disperse(milliseconds(200));
  const auto late = connect();
  dispersal.add(late->id());
  EXPECT_TRUE(peer_.until([&] { return late->closed(); }));
  EXPECT_TRUE(peer_.until([&] { return monotonic_ms() - begun > 200; }));
  const auto too_late = connect();
  dispersal.add(too_late->id());
  EXPECT_FALSE(too_late->closed()) << "not while its handshake is still under way";
  EXPECT_TRUE(peer_.until([&] { return too_late->closed(); }));
}

TEST_F(DispersalTest, OneThatLeftByItselfIsPassedOver) {
  const auto sessions = connect(3);
  const Dispersal dispersal = disperse(milliseconds(100));
  peer_.registry.remove(*sessions[1]);
  EXPECT_TRUE(peer_.until([&] { return sessions[0]->closed() && sessions[2]->closed(); }));
  EXPECT_TRUE(peer_.until([&] { return peer_.session->closed(); }));
}

TEST_F(DispersalTest, NobodyIsLeftWhenNobodyWasThere) {
  peer_.registry.remove(*peer_.session);
  Dispersal dispersal = disperse(milliseconds(0));
  const auto late = connect();
  dispersal.add(late->id());
  EXPECT_TRUE(peer_.until([&] { return late->closed(); }));
}

}  // namespace
}  // namespace chat::process
