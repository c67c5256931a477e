#include "store/confirmation.h"

#include <algorithm>
#include <list>
#include <memory>
#include <optional>

#include "store/sentinel_server.h"
#include "store/store_test.h"

namespace chat::store {
namespace {

using std::chrono::milliseconds;

class ConfirmationTest : public StoreTest {
 protected:
  // On a primary of its own with `replicas` that are in step.
  void begin(milliseconds timeout, bool with_replica) {
    if (with_replica) add_replica();
    Redis::Options options = primary_.options();
    options.address.database = 0;
    connection_ = std::make_unique<RedisConnection>(loop_.base(), options, Redis::OnState());
    confirmation_ = std::make_unique<Confirmation>(loop_.base(), *connection_, timeout);
    await(connection_->ready());
  }
  void TearDown() override { connection_.reset(); }

  void add_replica() {
    replica_.emplace(
        std::vector<std::string>{"--replicaof", "127.0.0.1", std::to_string(primary_.port())});
    wait_until([this] {
      return RedisServer::ask(primary_.socket(), "INFO replication").find("state=online") !=
             std::string::npos;
    });
  }

  coro::Task<void> write(std::string key) {
    std::vector<std::string> words{"SET", std::move(key), "1"};
    co_await connection_->ask(std::move(words));
    co_await confirmation_->confirm();
  }

  // Starts a write; ends[] gets what became of it: empty, or why it is not confirmed.
  void start_write(const std::string& key) {
    coro::spawn(note_end(write(key), ends_.emplace_back()));
  }
  static coro::Task<void> note_end(coro::Task<void> task, std::optional<std::string>& end) {
    try {
      co_await task;
      end = "";
    } catch (const Rejected& rejected) {
      EXPECT_EQ(rejected.refusal(), Refusal::storage_unavailable);
      end = rejected.detail();
    }
  }
  bool all_ended() const {
    return std::ranges::all_of(ends_, [](const auto& end) { return end.has_value(); });
  }
  // WAIT commands that the primary has answered.
  std::string waits() const {
    const std::string stats = RedisServer::ask(primary_.socket(), "INFO commandstats");
    const std::string name = "cmdstat_wait:calls=";
    const std::size_t begin = stats.find(name);
    if (begin == std::string::npos) return "0";
    const std::size_t digits = begin + name.size();
    return stats.substr(digits, stats.find(',', digits) - digits);
  }

  PortServer primary_;
  std::optional<PortServer> replica_;
  std::unique_ptr<Confirmation> confirmation_;
  std::unique_ptr<RedisConnection> connection_;
  std::list<std::optional<std::string>> ends_;
};

TEST_F(ConfirmationTest, EndsWhenAReplicaHasWhatWasWritten) {
  begin(milliseconds(10'000), true);
  await(write("k"));
  primary_.stop(SIGKILL);
  EXPECT_EQ(RedisServer::ask(replica_->socket(), "GET k"), "1");
}

TEST_F(ConfirmationTest, ThrowsWithoutAReplicaAlthoughItIsStored) {
  begin(milliseconds(50), false);
  start_write("k");
  wait_until([this] { return all_ended(); });
  EXPECT_EQ(ends_.front(), "no replica has it in time");
  EXPECT_EQ(RedisServer::ask(primary_.socket(), "GET k"), "1");
  add_replica();
  // A busy machine may take longer than that to confirm: not every write need be confirmed.
  for (int i = 0; i < 100 && ends_.back() != ""; ++i) {
    start_write("k");
    wait_until([this] { return all_ended(); });
  }
  EXPECT_EQ(ends_.back(), "");
}

TEST_F(ConfirmationTest, ThoseWhoAskTogetherShareOneWait) {
  begin(milliseconds(10'000), true);
  for (int i = 0; i < 100; ++i) start_write("k" + std::to_string(i));
  wait_until([this] { return all_ended(); });
  for (const auto& end : ends_) EXPECT_EQ(end, "");
  EXPECT_LT(std::stoi(waits()), 50);
}

TEST_F(ConfirmationTest, WhoAsksDuringAWaitGetsTheNextOne) {
  begin(milliseconds(10'000), true);
  replica_->freeze();
  start_write("first");
  // The first WAIT is under way when Redis counts a blocked client.
  wait_until([this] {
    return RedisServer::ask(primary_.socket(), "INFO clients").find("blocked_clients:1") !=
           std::string::npos;
  });
  start_write("second");
  EXPECT_FALSE(ends_.front().has_value());
  replica_->thaw();
  wait_until([this] { return all_ended(); });
  EXPECT_EQ(ends_.front(), "");
  EXPECT_EQ(ends_.back(), "");
  EXPECT_EQ(waits(), "2");
}

TEST_F(ConfirmationTest, ALostConnectionConfirmsNothing) {
  begin(milliseconds(10'000), true);
  replica_->freeze();
  for (int i = 0; i < 3; ++i) start_write("k");
  wait_until([this] {
    return RedisServer::ask(primary_.socket(), "INFO clients").find("blocked_clients:1") !=
           std::string::npos;
  });
  primary_.stop(SIGKILL);
  wait_until([this] { return all_ended(); });
  for (const auto& end : ends_) EXPECT_NE(end, "");
}

TEST_F(ConfirmationTest, WhoStillWaitsIsToldWhenTheConnectionIsClosed) {
  begin(milliseconds(10'000), true);
  replica_->freeze();
  for (int i = 0; i < 3; ++i) start_write("k");
  wait_until([this] {
    return RedisServer::ask(primary_.socket(), "INFO clients").find("blocked_clients:1") !=
           std::string::npos;
  });
  connection_.reset();
  confirmation_.reset();
  EXPECT_TRUE(all_ended());
  for (const auto& end : ends_) EXPECT_NE(end, "");
}

}  // namespace
}  // namespace chat::store
