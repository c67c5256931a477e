#include "store/calls.h"

#include <algorithm>
#include <map>

#include "protocol/codec.h"
#include "store/signals.h"
#include "store/store_test.h"

namespace chat::store {
namespace {

using Ids = std::vector<std::string>;
using States = std::map<std::string, std::string>;

// ann, ben, cyd and eve, each with one connection of the worker "w": 1, 2, 3, 4.
class CallsTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    for (const char* id : {"ann", "ben", "cyd", "eve"}) {
      add_user(id, id);
      command("HSET", std::string("presence:user:") + id, place_of(id), "v1 1");
    }
    command("ZADD", "group_members:group_id:g1", 1, "ann", 2, "ben", 3, "cyd");
    command("HSET", "groups", "g1", "{}");
  }

  static std::uint64_t connection_of(const std::string& user) { return user[0] - 'a' + 1U; }
  static std::string place_of(const std::string& user) {
    return "w/" + std::to_string(connection_of(user));
  }
  static Caller caller(const std::string& user, bool legacy = false) {
    return {user, connection_of(user), legacy, "trace"};
  }
  static CallSeat seat(const std::string& user) {
    CallSeat seat;
    seat.device = "device of " + user;
    return seat;
  }
  static protocol::Call call_of(const std::string& answer) {
    const protocol::Value value = protocol::decode(protocol::Wire::v1, answer);
    return protocol::read<protocol::CallState>(value).mess.call;
  }
  static States states(const protocol::Call& call) {
    States states;
    for (const protocol::CallMember& member : call.members) states[member.user_id] = member.state;
    return states;
  }

  CallStarted start(const std::string& user, const std::string& other, bool legacy = false) {
    CallTarget target;
    target.group = other == "g1";
    target.id = other;
    return await(calls_.start(caller(user, legacy), target, seat(user), ""));
  }
  protocol::Call join(const std::string& user, const std::string& call, bool legacy = false) {
    return call_of(await(calls_.join(caller(user, legacy), call, seat(user), "")));
  }
  void leave(const std::string& user, const std::string& call, bool legacy = false) {
    await(calls_.leave(caller(user, legacy), call, false, "", ""));
  }
  Refusal refused_signal(const std::string& from, const std::string& to, std::int64_t n,
                         const std::string& call) {
    CallSignalDraft draft;
    draft.call = call;
    draft.receiver = to;
    draft.from_stay = 1;
    draft.to_stay = 2;
    draft.n = n;
    draft.body = "the signal";
    return refusal_of(calls_.pass(caller(from), draft)).value_or(Refusal::busy);
  }
  Ids keys() {
    Ids keys = command("KEYS", "call*").texts();
    std::sort(keys.begin(), keys.end());
    return keys;
  }
  // The timer `entry` is due, and what comes of it is done.
  void let_pass(const std::string& entry) {
    ASSERT_FALSE(command("ZSCORE", "call_timers", entry).is_nil()) << entry;
    command("ZADD", "call_timers", 0, entry);
    await(calls_.do_what_is_due());
  }

  Calls calls_{redis_, "w", kBusLength, CallLimits()};
};

TEST_F(CallsTest, NothingIsLeftOfACallThatIsOver) {
  for (const std::string other : {"ben", "g1"}) {
    const CallStarted started = start("ann", other);
    EXPECT_TRUE(started.made);
    join("ben", started.id);
    await(calls_.leave(caller("ann"), started.id, true, "", ""));
    EXPECT_EQ(keys(), Ids()) << other;
  }
}

TEST_F(CallsTest, NothingIsLeftOfARoomEither) {
  CallRoomWish wish;
  wish.code = "the-code";
  const std::string answer = await(calls_.enter_room(caller("ann"), wish, seat("ann")));
  leave("ann", call_of(answer).call_id);
  EXPECT_EQ(keys(), Ids());
}

TEST_F(CallsTest, TheNumbersOfSignalsGoWithAStay) {
  const CallStarted started = start("ann", "g1");
  join("ben", started.id);
  join("cyd", started.id);
  const std::string numbers = "call_signals:" + started.id;
  for (const bool moves : {true, false}) {
    CallSeat back = seat("ben");
    back.received = {{"ann", 5}, {"cyd", 7}};
    await(calls_.join(caller("ben"), started.id, back, ""));
    EXPECT_EQ(command("HLEN", numbers).number(), 2);
    CallSeat other = seat("ben on the phone");
    other.move = true;
    if (moves)
      await(calls_.join(caller("ben"), started.id, other, ""));
    else
      leave("ben", started.id);
    EXPECT_EQ(command("EXISTS", numbers).number(), 0);
    if (moves) leave("ben", started.id);
    join("ben", started.id);
  }
}

TEST_F(CallsTest, ACallForgetsThoseWhoDidNotComeButNobodyWhoWasTakenOut) {
  CallLimits limits;
  limits.size = 3;
  limits.invites = 2;
  calls_.set_limits(limits);
  constexpr std::size_t kMost = 3 + 4 * 2;
  const std::string entered = await(calls_.enter_room(caller("ann"), CallRoomWish(), seat("ann")));
  const std::string room = call_of(entered).call_id;
  int users = 0;
  const auto invite = [&](int count) {
    Ids invited;
    for (int i = 0; i < count; ++i) {
      invited.push_back("u" + std::to_string(users++));
      add_user(invited.back(), invited.back());
    }
    return std::pair(invited, calls_.invite(caller("ann"), room, invited));
  };
  for (int i = 0; i < 20; ++i) {
    auto [invited, inviting] = invite(2);
    EXPECT_LE(states(call_of(await(std::move(inviting)))).size(), kMost);
    for (const std::string& user : invited) await(calls_.decline(caller(user), room));
  }
  Ids taken_out;
  for (std::size_t i = 1; i < kMost; ++i) {
    auto [invited, inviting] = invite(1);
    await(std::move(inviting));
    await(calls_.remove(caller("ann"), room, invited));
    taken_out.push_back(invited.front());
  }
  EXPECT_EQ(refusal_of(invite(1).second), Refusal::too_many_called);
  EXPECT_EQ(refusal_of(calls_.join(caller(taken_out.front()), room, seat("u"), "")),
            Refusal::not_allowed);
}

TEST_F(CallsTest, WhoWasTakenOutIsNotInsideAgainByCalling) {
  const CallStarted started = start("ann", "g1");
  join("ben", started.id);
  join("cyd", started.id);
  await(calls_.remove(caller("ann"), started.id, {"cyd"}));
  CallTarget target;
  target.group = true;
  target.id = "g1";
  EXPECT_EQ(refusal_of(calls_.start(caller("cyd"), target, seat("cyd"), "")), Refusal::not_allowed);
  await(calls_.invite(caller("ann"), started.id, {"cyd"}));
  EXPECT_EQ(states(join("cyd", started.id))["cyd"], "joined") << "called again";
}

TEST_F(CallsTest, WhoIsNamedTwiceRingsOnce) {
  const CallStarted started = start("ann", "ben");
  await(calls_.invite(caller("ann"), started.id, {"cyd", "cyd", "cyd"}));
  Ids rings;
  for (const std::string& entry : bus("bus:worker:w"))
    if (entry.starts_with("to=u:cyd") && entry.find("caller_id") != std::string::npos)
      rings.push_back(entry);
  EXPECT_EQ(rings.size(), 1U);
}

TEST_F(CallsTest, OneCallAConversation) {
  const CallStarted first = start("ann", "ben");
  const CallStarted second = start("ben", "ann");
  EXPECT_FALSE(second.made);
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(states(call_of(second.answer)), (States{{"ann", "joined"}, {"ben", "joined"}}));
}

TEST_F(CallsTest, RingingEnds) {
  const CallStarted started = start("ann", "g1");
  let_pass("ring " + started.id + " ben");
  EXPECT_EQ(states(join("cyd", started.id))["ben"], "no_answer");
  EXPECT_EQ(states(join("ben", started.id))["ben"], "joined") << "late, but there";
}

TEST_F(CallsTest, WhoeverIsLostIsAwayThenGone) {
  const CallStarted started = start("ann", "g1");
  join("ben", started.id);
  join("cyd", started.id);
  command("ZADD", "call_timers", 0, "gone " + started.id + " ben w/77");
  await(calls_.do_what_is_due());
  EXPECT_EQ(states(join("cyd", started.id))["ben"], "joined") << "another connection of ben's";
  command("ZADD", "call_timers", 0, "gone " + started.id + " ben " + place_of("ben"));
  await(calls_.do_what_is_due());
  EXPECT_EQ(states(join("cyd", started.id))["ben"], "away");
  let_pass("away " + started.id + " ben");
  EXPECT_EQ(states(join("cyd", started.id))["ben"], "left");
}

TEST_F(CallsTest, WhoeverIsLostWithoutAWordIsFound) {
  const CallStarted started = start("ann", "ben");
  join("ben", started.id);
  command("DEL", "presence:user:ann", "presence:user:ben");
  let_pass("look " + started.id + " ");
  await(calls_.do_what_is_due());
  EXPECT_EQ(states(join("ben", started.id)), (States{{"ann", "away"}, {"ben", "joined"}}));
}

TEST_F(CallsTest, ALegacyClientThatIsLostHasLeft) {
  const CallStarted started = start("ann", "ben", true);
  join("ben", "ann", true);
  command("ZADD", "call_timers", 0, "gone " + started.id + " ben " + place_of("ben"));
  await(calls_.do_what_is_due());
  EXPECT_EQ(keys(), Ids()) << "a call of one";
}

TEST_F(CallsTest, TheStarterNamesTheCallForLegacyClients) {
  const CallStarted first = start("ann", "g1", true);
  EXPECT_EQ(join("ben", "ann", true).call_id, first.id);
  const CallStarted second = start("ann", "eve", true);
  EXPECT_EQ(refusal_of(calls_.join(caller("cyd", true), "ann", seat("cyd"), "")),
            Refusal::not_allowed);
  EXPECT_EQ(join("eve", "ann", true).call_id, second.id);
  EXPECT_EQ(refusal_of(calls_.leave(caller("ben", true), "ann", false, "", "")),
            Refusal::not_in_call);
  EXPECT_EQ(refusal_of(calls_.leave(caller("ben", true), "eve", false, "", "")),
            Refusal::no_such_call);
}

TEST_F(CallsTest, OwnershipPassesToWhoeverCameFirst) {
  const CallStarted started = start("ann", "g1");
  join("cyd", started.id);
  EXPECT_EQ(join("ben", started.id).owner_id, "ann");
  leave("ann", started.id);
  EXPECT_EQ(join("ben", started.id).owner_id, "cyd");
}

TEST_F(CallsTest, SignalsReachOneWorkerOnceAndInOrder) {
  Ids published;
  Signals signals(
      loop_.base(), server_->options(), "w",
      [&published](std::string_view text) { published.emplace_back(text); }, [] {});
  const CallStarted started = start("ann", "ben");
  EXPECT_EQ(refused_signal("ann", "ben", 1, started.id), Refusal::not_in_call) << "rings";
  join("ben", started.id);
  wait_until([&] {
    return refused_signal("ann", "ben", 1, started.id) == Refusal::busy && !published.empty();
  });
  EXPECT_EQ(refused_signal("ann", "ben", 1, started.id), Refusal::busy) << "taken already";
  EXPECT_EQ(refused_signal("ann", "ben", 3, started.id), Refusal::bad_field) << "not yet";
  EXPECT_EQ(refused_signal("ann", "ben", 2, started.id), Refusal::busy);
  wait_until([&] { return published.size() == 2; });
  EXPECT_EQ(published[0], "2 v1 " + started.id + " 1 2 1\nthe signal");
  EXPECT_EQ(published[1], "2 v1 " + started.id + " 1 2 2\nthe signal");
}

TEST_F(CallsTest, SignalsThatNobodyHearsAreNotTaken) {
  const CallStarted started = start("ann", "ben");
  join("ben", started.id);
  EXPECT_EQ(refused_signal("ann", "ben", 1, started.id), Refusal::peer_away) << "no worker listens";
  EXPECT_TRUE(command("KEYS", "call_signals:*").items.empty());
}

TEST_F(CallsTest, ListeningAnewIsTold) {
  int missed = 0;
  bool listening = false;
  Signals signals(
      loop_.base(), server_->options(), "w", [&listening](std::string_view) { listening = true; },
      [&missed] { ++missed; });
  wait_until([&] {
    command("PUBLISH", "signals:w", "x");
    return listening;
  });
  EXPECT_EQ(missed, 0);
  signals.renew();
  wait_until([&] { return missed == 1; });
}

}  // namespace
}  // namespace chat::store
