#include <gtest/gtest.h>

#include <set>

#include "features/route.h"
#include "protocol/message_types.h"
#include "protocol/registry.h"

namespace chat::features {
namespace {

TEST(Routes, ServeEveryRequestOfTheProtocol) {
  protocol::for_each_request([]<class M>(std::type_identity<M>) {
    for (const int type : M::kTypes) EXPECT_NE(find_route(type), nullptr) << type;
  });
}

TEST(Routes, ServeEachTypeOnce) {
  std::set<int> seen;
  for (const Route& route : all_routes()) EXPECT_TRUE(seen.insert(route.type).second) << route.type;
}

TEST(Routes, AreNoneForTypesThatOnlyTheServerSends) {
  constexpr int kNotRequests[] = {protocol::type::user_online,
                                  protocol::type::text_self,
                                  protocol::type::message_stored,
                                  protocol::type::error,
                                  0,
                                  4242};
  for (const int type : kNotRequests) EXPECT_EQ(find_route(type), nullptr) << type;
}

TEST(Routes, LetNobodyInWithoutALoginButToLogIn) {
  for (const Route& route : all_routes()) {
    const bool entrance =
        route.type == protocol::type::user_register || route.type == protocol::type::user_login;
    const bool open = route.access == Access::anybody || route.access == Access::any_session;
    EXPECT_EQ(open, entrance) << route.type;
  }
}

TEST(Routes, LimitTheRateOfWhateverIsStored) {
  for (const int type : {100, 103, 120, 121, 300, 303, 400, 403, 500, 503, 1000, 1003})
    EXPECT_EQ(find_route(type)->access, Access::sender) << type;
  for (const int type : {1100, 1104, 1105, 1106, 1107, 1109, 1110})
    EXPECT_EQ(find_route(type)->cost, Cost::change) << type;
}

}  // namespace
}  // namespace chat::features
