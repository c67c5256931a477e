#include "session/registry.h"

#include <gtest/gtest.h>

#include <set>

#include "session/peer.h"

namespace chat::session::test {
namespace {

class RegistryTest : public testing::Test {
 protected:
  SessionPtr connect(const std::string& user) {
    auto session = std::make_shared<Session>(peer_.environment, ++last_id_, Handshake());
    registry_.add(session);
    session->set_user(user, user);
    registry_.log_in(*session);
    return session;
  }

  static std::set<std::uint64_t> ids(const Sessions& sessions) {
    std::set<std::uint64_t> ids;
    for (const Session* session : sessions) ids.insert(session->id());
    return ids;
  }

  Peer peer_;
  Registry registry_;
  std::uint64_t last_id_ = 0;
};

TEST_F(RegistryTest, FindsSessionsByConnectionUserAndGroup) {
  const SessionPtr first = connect("ann");
  const SessionPtr second = connect("ann");
  const SessionPtr other = connect("ben");
  registry_.join_group(*first, "g");
  registry_.join_group(*other, "g");
  EXPECT_EQ(registry_.find(first->id()), first);
  EXPECT_EQ(ids(registry_.of_user("ann")), (std::set{first->id(), second->id()}));
  EXPECT_EQ(ids(registry_.of_group("g")), (std::set{first->id(), other->id()}));
  EXPECT_EQ(registry_.logged_in().size(), 3u);
  EXPECT_EQ(registry_.find(99), nullptr);
  EXPECT_TRUE(registry_.of_user("nobody").empty());
}

TEST_F(RegistryTest, ForgetsWhoeverIsRemovedAndKeepsTheOthersInPlace) {
  const SessionPtr first = connect("ann");
  const SessionPtr second = connect("ben");
  const SessionPtr third = connect("cyd");
  registry_.join_group(*first, "g");
  registry_.remove(*first);
  EXPECT_EQ(ids(registry_.logged_in()), (std::set{second->id(), third->id()}));
  EXPECT_TRUE(registry_.of_user("ann").empty());
  EXPECT_TRUE(registry_.of_group("g").empty());
  registry_.remove(*third);
  registry_.remove(*second);
  EXPECT_TRUE(registry_.logged_in().empty());
  EXPECT_EQ(registry_.size(), 0u);
}

TEST_F(RegistryTest, AddsASessionToAGroupOnce) {
  const SessionPtr session = connect("ann");
  registry_.join_group(*session, "g");
  registry_.join_group(*session, "g");
  EXPECT_EQ(registry_.of_group("g").size(), 1u);
  registry_.leave_group(*session, "g");
  EXPECT_TRUE(registry_.of_group("g").empty());
}

TEST_F(RegistryTest, WhoeverLeavesWhileTheGroupsAreReadStaysOut) {
  const SessionPtr session = connect("ann");
  registry_.begin_groups(*session);
  registry_.leave_group(*session, "left");
  registry_.join_group(*session, "joined");
  registry_.finish_groups(*session, {"left", "kept"});
  EXPECT_TRUE(registry_.of_group("left").empty());
  EXPECT_EQ(registry_.of_group("kept").size(), 1u);
  EXPECT_EQ(registry_.of_group("joined").size(), 1u);
}

TEST_F(RegistryTest, AListThatComesAfterLogoutChangesNothing) {
  const SessionPtr session = connect("ann");
  registry_.begin_groups(*session);
  registry_.log_out(*session);
  registry_.finish_groups(*session, {"g"});
  EXPECT_TRUE(registry_.of_group("g").empty());
}

}  // namespace
}  // namespace chat::session::test
