#include "store/redis.h"

#include "store/store_test.h"

namespace chat::store {
namespace {

class RedisTest : public StoreTest {};

const Script echo_script{R"lua(return {ARGV[1], #ARGV})lua"};
const Script refusing_script{R"lua(return redis.error_reply('REFUSED not_a_member'))lua"};
const Script failing_script{R"lua(return redis.call('INCR', ARGV[1]))lua"};

TEST_F(RedisTest, CopiesEveryKindOfReply) {
  command("RPUSH", "list", "a", "b");
  EXPECT_EQ(command("GET", "nothing").kind, Reply::Kind::nil);
  EXPECT_EQ(command("LLEN", "list").integer, 2);
  EXPECT_EQ(command("LLEN", "list").number(), 2);
  EXPECT_EQ(command("LRANGE", "list", 0, -1).texts(), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(command("LRANGE", "list", 0, -1).at(7).is_nil());
  command("SET", "fraction", "1795225429.36361");
  EXPECT_DOUBLE_EQ(command("GET", "fraction").real(), 1795225429.36361);
}

TEST_F(RedisTest, PassesAnyBytes) {
  const std::string bytes("a\0b\r\n\xff", 6);
  command("SET", "bytes", bytes);
  EXPECT_EQ(command("GET", "bytes").text, bytes);
}

TEST_F(RedisTest, UsesTheDatabaseOfItsAddress) {
  EXPECT_NE(command("CLIENT", "INFO").text.find(" db=15 "), std::string::npos);
}

TEST_F(RedisTest, LoadsAScriptThatRedisDoesNotKnow) {
  command("SCRIPT", "FLUSH");
  EXPECT_EQ(await(redis_.run(echo_script, "x", 7)).at(1).integer, 2);
  EXPECT_EQ(command("SCRIPT", "EXISTS", echo_script.digest()).at(0).integer, 1);
  EXPECT_EQ(await(redis_.run(echo_script, "y")).at(0).text, "y");
}

TEST_F(RedisTest, ThrowsWhatAScriptRefuses) {
  EXPECT_EQ(refusal_of(redis_.run(refusing_script)), Refusal::not_a_member);
  EXPECT_EQ(refusal_of(redis_.run(refusing_script)), Refusal::not_a_member);
}

TEST_F(RedisTest, AnErrorOfRedisIsUnavailableStorage) {
  command("RPUSH", "list", "a");
  EXPECT_EQ(refusal_of(redis_.command("GET", "list")), Refusal::storage_unavailable);
  EXPECT_EQ(refusal_of(redis_.run(failing_script, "list")), Refusal::storage_unavailable);
}

TEST_F(RedisTest, BoundsTheCommandsUnderWay) {
  Redis::Options options = server_->options();
  options.max_pending = 3;
  Redis bounded(loop_.base(), options);
  await(bounded.ready());
  std::vector<coro::Task<Reply>> tasks;
  for (int i = 0; i < 4; ++i) tasks.push_back(bounded.command("PING"));
  EXPECT_THROW(await_all(std::move(tasks)), Rejected);
  EXPECT_EQ(await(bounded.command("PING")).text, "PONG");
}

TEST_F(RedisTest, ClosingFailsWhatIsUnderWayAndAllThatFollows) {
  Redis redis(loop_.base(), server_->options());
  await(redis.ready());
  std::optional<Refusal> refusal;
  const auto ask = [](Redis& from, std::optional<Refusal>& outcome) -> coro::Task<void> {
    try {
      co_await from.command("PING");
    } catch (const Rejected& rejected) {
      outcome = rejected.refusal();
    }
  };
  coro::spawn(ask(redis, refusal));
  EXPECT_FALSE(refusal);
  redis.close();
  EXPECT_EQ(refusal, Refusal::storage_unavailable);
  EXPECT_EQ(refusal_of(redis.command("PING")), Refusal::storage_unavailable);
  EXPECT_EQ(refusal_of(redis.ready()), Refusal::storage_unavailable) << "nobody waits for ever";
  redis.set_address(server_->options().address);
  loop_.run_once(std::chrono::milliseconds(50));
  EXPECT_FALSE(redis.connected());
}

TEST_F(RedisTest, ManyCommandsLeaveTogether) {
  std::vector<coro::Task<Reply>> tasks;
  for (int i = 0; i < 1000; ++i) tasks.push_back(redis_.command("INCR", "n"));
  const std::vector<Reply> replies = await_all(std::move(tasks));
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(replies[static_cast<std::size_t>(i)].integer, i + 1);
}

// These need a server of their own, which they kill or stop.
class RedisOutageTest : public StoreTest {
 protected:
  void SetUp() override {}

  Redis::OnState note_states() {
    return [this](Redis::State state, const std::string& problem) {
      const bool refused = state == Redis::State::refused;
      states_.push_back(state == Redis::State::up ? "up"
                                                  : (refused ? "refused: " : "down: ") + problem);
    };
  }

  RedisServer own_{{"--appendonly", "yes", "--appendfsync", "always"}};
  std::vector<std::string> states_;
};

TEST_F(RedisOutageTest, FailsWhatIsUnderWayAndReconnects) {
  Redis redis(loop_.base(), own_.options(), note_states());
  await(redis.ready());
  await(redis.command("SET", "kept", "1"));
  own_.freeze();
  std::vector<coro::Task<Reply>> tasks;
  for (int i = 0; i < 10; ++i) tasks.push_back(redis.command("PING"));
  std::size_t failed = 0;
  for (auto& task : tasks) {
    coro::spawn([](coro::Task<Reply> ping, std::size_t& count) -> coro::Task<void> {
      try {
        co_await ping;
      } catch (const Rejected& rejected) {
        if (rejected.refusal() == Refusal::storage_unavailable) ++count;
      }
    }(std::move(task), failed));
  }
  loop_.run_once(std::chrono::milliseconds(0));
  own_.stop(SIGKILL);
  wait_until([&] { return failed == 10; });
  EXPECT_FALSE(redis.connected());
  EXPECT_EQ(refusal_of(redis.command("PING")), Refusal::storage_unavailable);

  own_.start();
  await(redis.ready());
  EXPECT_EQ(await(redis.command("GET", "kept")).text, "1");
  ASSERT_GE(states_.size(), 3U);
  EXPECT_EQ(states_.front(), "up");
  EXPECT_EQ(states_.back(), "up");
}

TEST_F(RedisOutageTest, RecoversWithinTwoSecondsOfALongOutage) {
  Redis redis(loop_.base(), own_.options());
  await(redis.ready());
  own_.stop(SIGTERM);
  const auto outage_end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  wait_until([&] { return std::chrono::steady_clock::now() > outage_end; });
  own_.start();
  const auto back = std::chrono::steady_clock::now();
  await(redis.ready());
  EXPECT_LT(std::chrono::steady_clock::now() - back, std::chrono::seconds(2));
}

TEST_F(RedisOutageTest, NoticesAServerThatHangs) {
  Redis::Options options = own_.options();
  options.timeout = std::chrono::milliseconds(200);
  Redis redis(loop_.base(), options, note_states());
  await(redis.ready());
  own_.freeze();
  EXPECT_EQ(refusal_of(redis.command("PING")), Refusal::storage_unavailable);
  EXPECT_NE(states_.back().find("did not answer"), std::string::npos) << states_.back();
  own_.thaw();
  await(redis.ready());
  EXPECT_EQ(await(redis.command("PING")).text, "PONG");
}

TEST_F(RedisOutageTest, WaitsForAServerThatIsNotThereYet) {
  own_.stop(SIGTERM);
  Redis redis(loop_.base(), own_.options(), note_states());
  EXPECT_EQ(refusal_of(redis.command("PING")), Refusal::storage_unavailable);
  wait_until([&] { return !states_.empty(); });
  EXPECT_NE(states_[0].find("No such file"), std::string::npos) << states_[0];
  own_.start();
  await(redis.ready());
  EXPECT_EQ(states_.size(), 2U) << "an outage is told once";
}

TEST_F(RedisOutageTest, EndsThoseWhoWaitWhenDestroyed) {
  auto redis = std::make_unique<Redis>(loop_.base(), own_.options());
  std::optional<Refusal> ended;
  coro::spawn([](Redis& waited_for, std::optional<Refusal>& outcome) -> coro::Task<void> {
    try {
      co_await waited_for.ready();
    } catch (const Rejected& rejected) {
      outcome = rejected.refusal();
    }
  }(*redis, ended));
  redis.reset();
  EXPECT_EQ(ended, Refusal::storage_unavailable);
}

TEST_F(RedisOutageTest, RefusesAReplica) {
  Redis redis(loop_.base(), own_.options(), note_states());
  await(redis.ready());
  await(redis.command("REPLICAOF", "127.0.0.1", "1"));
  Redis late(loop_.base(), own_.options(), note_states());
  states_.clear();
  wait_until([&] { return !states_.empty(); });
  EXPECT_EQ(states_[0], "down: this Redis is a replica");
  EXPECT_EQ(refusal_of(redis.command("SET", "a", "b")), Refusal::storage_unavailable);
  EXPECT_FALSE(redis.connected()) << "a demoted primary is left";
}

TEST_F(RedisOutageTest, SaysThatThePasswordIsWrong) {
  Redis redis(loop_.base(), own_.options());
  await(redis.ready());
  await(redis.command("CONFIG", "SET", "requirepass", "secret"));
  Redis stranger(loop_.base(), own_.options(), note_states());
  wait_until([&] { return !states_.empty(); });
  EXPECT_EQ(states_[0],
            "refused: it refuses SELECT: NOAUTH Authentication required. (it wants a password: "
            "--redis redis://USER:PASSWORD@HOST:PORT/15)");
  Redis::Options options = own_.options();
  options.address.password = "guess";
  states_.clear();
  Redis guesser(loop_.base(), options, note_states());
  wait_until([&] { return !states_.empty(); });
  EXPECT_TRUE(states_[0].starts_with("refused: it refuses AUTH: WRONGPASS")) << states_[0];
  EXPECT_TRUE(states_[0].ends_with("(correct USER:PASSWORD in --redis)")) << states_[0];
  options.address.password = "secret";
  Redis friendly(loop_.base(), options);
  await(friendly.ready());
}

TEST_F(RedisOutageTest, ConnectsByNameAndByNumber) {
  const std::uint16_t port = free_port();
  RedisServer over_tcp({"--port", std::to_string(port), "--bind", "127.0.0.1"});
  Redis::Options options;
  options.address.kind = config::RedisAddress::Kind::tcp;
  options.address.port = port;
  for (const char* host : {"127.0.0.1", "localhost"}) {
    options.address.host = host;
    Redis redis(loop_.base(), options);
    await(redis.ready());
    EXPECT_EQ(await(redis.command("PING")).text, "PONG");
  }
}

TEST_F(RedisOutageTest, ANameThatLeadsNowhereDoesNotBlock) {
  Redis::Options options;
  options.address.kind = config::RedisAddress::Kind::tcp;
  options.address.host = "no-such-host.invalid";
  const auto start = std::chrono::steady_clock::now();
  { Redis redis(loop_.base(), options); }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(100));
  loop_.run_once(std::chrono::milliseconds(10));
}

TEST_F(RedisOutageTest, MovesToAnotherAddress) {
  RedisServer other;
  Redis redis(loop_.base(), own_.options());
  await(redis.ready());
  redis.set_address(other.options().address);
  EXPECT_FALSE(redis.connected());
  await(redis.ready());
  EXPECT_NE(await(redis.command("CONFIG", "GET", "dir")).at(1).text, own_.folder());
}

}  // namespace
}  // namespace chat::store
