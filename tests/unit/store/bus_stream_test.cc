#include "store/bus_stream.h"

#include <cstdlib>

#include "store/store_test.h"

namespace chat::store {
namespace {

class BusStreamTest : public StoreTest {
 protected:
  std::unique_ptr<BusStream> open() {
    auto stream = std::make_unique<BusStream>(loop_.base(), server_->options(),
                                              std::vector<std::string>{"bus:all", "bus:worker:w1"});
    await(stream->start());
    return stream;
  }
  void post(const std::string& audience, const std::string& body) {
    await(post_to_bus(redis_, kBusLength, audience, body));
  }
  static std::string bodies(const BusBatch& batch) {
    std::string all;
    for (const BusEntry& entry : batch.entries) all += entry.body + ' ';
    return all;
  }
  static coro::Task<void> read_to_the_end(BusStream& from, std::optional<Refusal>& outcome) {
    try {
      while (true) co_await from.read();
    } catch (const Rejected& rejected) {
      outcome = rejected.refusal();
    }
  }
  // Reads that Redis refused since its counters were reset.
  int failed_reads() {
    const std::string info = command("INFO", "commandstats").text;
    const std::size_t line = info.find("cmdstat_xread:");
    if (line == std::string::npos) return 0;
    const std::string name = "failed_calls=";
    return std::atoi(info.c_str() + info.find(name, line) + name.size());
  }
  void cut_connections() { command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"); }
};

TEST_F(BusStreamTest, ReadsWhatIsPostedFromTheStartOn) {
  post("all", "before");
  auto stream = open();
  post("all", "one");
  post("g:g1", "two");
  const BusBatch batch = await(stream->read());
  EXPECT_EQ(bodies(batch), "one two ");
  EXPECT_EQ(batch.entries[1].audience, "g:g1");
  EXPECT_FALSE(batch.missed);
  EXPECT_FALSE(batch.went_back);
}

TEST_F(BusStreamTest, WaitingForEntriesIsNoLostConnectionHoweverShortTheTimeout) {
  Redis::Options options = server_->options();
  options.timeout = std::chrono::milliseconds(300);
  BusStream stream(loop_.base(), options, {"bus:all"});
  await(stream.start());
  command("CONFIG", "RESETSTAT");
  std::optional<Refusal> outcome;
  coro::spawn(read_to_the_end(stream, outcome));
  const auto reads = [this] {
    const std::string info = command("INFO", "commandstats").text;
    const std::size_t line = info.find("cmdstat_xread:calls=");
    return line == std::string::npos ? 0 : std::atoi(info.c_str() + line + 20);
  };
  wait_until([&] { return reads() >= 2; });  // the first has waited as long as it may
  const std::string info = command("INFO", "stats").text;
  EXPECT_NE(info.find("total_connections_received:0"), std::string::npos) << info;
  stream.close();
}

TEST_F(BusStreamTest, ClosingEndsAReadUnderWayAndEveryLaterOne) {
  auto stream = open();
  std::optional<Refusal> outcome;
  coro::spawn(read_to_the_end(*stream, outcome));
  loop_.run_once(std::chrono::milliseconds(10));
  EXPECT_FALSE(outcome);
  stream->close();
  EXPECT_EQ(outcome, Refusal::storage_unavailable);
  EXPECT_EQ(refusal_of(stream->read()), Refusal::storage_unavailable);
}

TEST_F(BusStreamTest, ReadsEveryField) {
  auto stream = open();
  command("XADD", "bus:all", "0-*", "to", "p:ann:ben", "b", "body", "s", 7, "t", "1795225429.36361",
          "e", "era.5", "o", 1, "a", "ben", "j", "cyd,dan", "l", "ann");
  const BusBatch batch = await(stream->read());
  ASSERT_EQ(batch.entries.size(), 1U);
  const BusEntry& entry = batch.entries[0];
  EXPECT_EQ(entry.audience, "p:ann:ben");
  EXPECT_EQ(entry.body, "body");
  EXPECT_EQ(entry.seq, 7U);
  EXPECT_DOUBLE_EQ(entry.timestamp, 1795225429.36361);
  EXPECT_EQ(entry.epoch, "era.5");
  EXPECT_TRUE(entry.receiver_online);
  EXPECT_EQ(entry.admin_id, "ben");
  EXPECT_EQ(entry.joined, (std::vector<std::string>{"cyd", "dan"}));
  EXPECT_EQ(entry.left, std::vector<std::string>{"ann"});
}

TEST_F(BusStreamTest, PostsReachTheWorkersConcerned) {
  command("HSET", "presence:user:ann", "w1/5", "v1 1", "w2/6", "v1 1");
  command("ZADD", "presence:workers", 1, "w2");
  auto stream = open();
  post("u:ann", "to ann");
  post("c:w2/6", "to a connection");
  post("c:w3/6", "to a worker that is gone");
  EXPECT_EQ(bodies(await(stream->read())), "to ann ");
  EXPECT_EQ(bus("bus:worker:w2").size(), 2U);
  EXPECT_EQ(command("EXISTS", "bus:worker:w3", "bus:all").integer, 0);
}

TEST_F(BusStreamTest, WaitsUntilSomethingComes) {
  auto stream = open();
  BusBatch batch;
  bool ended = false;
  const auto read = [](BusStream& from, BusBatch& to, bool& done) -> coro::Task<void> {
    to = co_await from.read();
    done = true;
  };
  coro::spawn(read(*stream, batch, ended));
  for (int i = 0; i < 5; ++i) loop_.run_once(std::chrono::milliseconds(10));
  EXPECT_FALSE(ended);
  post("all", "late");
  wait_until([&] { return ended; });
  EXPECT_EQ(bodies(batch), "late ");
}

TEST_F(BusStreamTest, GoesOnWhereItWasAfterALostConnection) {
  auto stream = open();
  post("all", "one");
  EXPECT_EQ(bodies(await(stream->read())), "one ");
  cut_connections();
  post("all", "two");
  const BusBatch batch = await(stream->read());
  EXPECT_EQ(bodies(batch), "two ");
  EXPECT_FALSE(batch.missed);
  EXPECT_FALSE(batch.went_back);
}

TEST_F(BusStreamTest, SaysWhenEntriesWereTrimmedUnread) {
  auto stream = open();
  for (int i = 0; i < 10; ++i) post("all", std::to_string(i));
  command("XTRIM", "bus:all", "MAXLEN", 3);
  const BusBatch batch = await(stream->read());
  EXPECT_EQ(bodies(batch), "7 8 9 ");
  EXPECT_TRUE(batch.missed);
  post("all", "next");
  EXPECT_FALSE(await(stream->read()).missed);
}

TEST_F(BusStreamTest, SaysWhenRedisLostEntriesItHadRead) {
  auto stream = open();
  for (int i = 0; i < 3; ++i) post("all", std::to_string(i));
  EXPECT_EQ(await(stream->read()).entries.size(), 3U);
  command("DEL", "bus:all");
  post("all", "other");
  cut_connections();
  EXPECT_TRUE(await(stream->read()).went_back);
  post("all", "next");
  EXPECT_EQ(bodies(await(stream->read())), "next ");
}

TEST_F(BusStreamTest, SaysSoEvenWhenOthersPostedMeanwhile) {
  auto stream = open();
  for (int i = 0; i < 3; ++i) post("all", std::to_string(i));
  EXPECT_EQ(await(stream->read()).entries.size(), 3U);
  command("DEL", "bus:all");
  for (int i = 0; i < 9; ++i) post("all", "other " + std::to_string(i));
  cut_connections();
  EXPECT_TRUE(await(stream->read()).went_back);
}

TEST_F(BusStreamTest, ASweptStreamIsReadFromItsNewBeginning) {
  command("ZADD", "presence:workers", 1, "w1");
  auto stream = open();
  for (int i = 0; i < 5; ++i) post("c:w1/1", "old");
  EXPECT_EQ(await(stream->read()).entries.size(), 5U);
  command("DEL", "bus:worker:w1");
  post("c:w1/1", "new");
  stream->note_sweep();
  const BusBatch told = await(stream->read());
  EXPECT_TRUE(told.missed);
  EXPECT_FALSE(told.went_back) << "Redis lost nothing";
  const BusBatch batch = await(stream->read());
  EXPECT_EQ(bodies(batch), "new ");
  EXPECT_FALSE(batch.missed);
}

TEST_F(BusStreamTest, ResumesAfterRedisWasKilled) {
  RedisServer own({"--appendonly", "yes", "--appendfsync", "always"});
  Redis poster(loop_.base(), own.options());
  BusStream stream(loop_.base(), own.options(), {"bus:all"});
  await(stream.start());
  await(poster.ready());
  await(post_to_bus(poster, kBusLength, "all", "one"));
  EXPECT_EQ(bodies(await(stream.read())), "one ");
  await(post_to_bus(poster, kBusLength, "all", "two"));
  own.stop(SIGKILL);
  own.start();
  const BusBatch batch = await(stream.read());
  EXPECT_EQ(bodies(batch), "two ");
  EXPECT_FALSE(batch.missed || batch.went_back);
}

TEST_F(BusStreamTest, DestroyingItEndsAReadUnderWay) {
  auto stream = open();
  std::optional<Refusal> ended;
  coro::spawn(read_to_the_end(*stream, ended));
  loop_.run_once(std::chrono::milliseconds(10));
  stream.reset();
  EXPECT_EQ(ended, Refusal::storage_unavailable);
}

TEST_F(BusStreamTest, ARedisThatRefusesIsNotAskedWithoutAPause) {
  auto stream = open();
  command("SET", "bus:all", "no stream");
  command("CONFIG", "RESETSTAT");
  std::optional<Refusal> ended;
  coro::spawn(read_to_the_end(*stream, ended));
  wait_until([&] { return failed_reads() >= 3; });
  EXPECT_LT(failed_reads(), 50);
  EXPECT_FALSE(ended);
  stream.reset();
  EXPECT_EQ(ended, Refusal::storage_unavailable) << "also in a pause";
}

}  // namespace
}  // namespace chat::store
