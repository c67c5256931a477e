#include "process/workers.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>

#include "process/eventually.h"
#include "process/running_master.h"
#include "process/stub_worker.h"

namespace chat::process {
namespace {

class WorkersTest : public testing::Test {
 protected:
  static config::Settings settings() {
    config::Settings settings;
    settings.workers = 2;
    settings.log_file = "/dev/null";
    return settings;
  }

  WorkersTest()
      : inheritance_(settings(), net::Listener::bind(net::BindAddress::parse("127.0.0.1:0", 0))),
        workers_(inheritance_, run_stub_worker) {}
  ~WorkersTest() override {
    workers_.let_end();
    workers_.kill_all();
    reap_until([this] { return workers_.alive() == 0; });
  }

  bool reap_until(const std::function<bool()>& condition) {
    return eventually([&] {
      int status = 0;
      for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
        EXPECT_TRUE(workers_.reaped(pid, status));
        ended_.push_back(pid);
      }
      workers_.read_reports();
      return condition();
    });
  }

  bool start() {
    workers_.start_due();
    return reap_until([this] { return workers_.all_ready(); });
  }

  Workers::Inheritance inheritance_;
  Workers workers_;
  std::vector<pid_t> ended_;
};

TEST_F(WorkersTest, StartsOnlyWhenItIsTime) {
  EXPECT_EQ(workers_.alive(), 0U);
  EXPECT_EQ(workers_.due(), 0U);
  ASSERT_TRUE(start());
  EXPECT_EQ(workers_.alive(), 2U);
  EXPECT_FALSE(workers_.due());
}

TEST_F(WorkersTest, TheCountsOfADeadWorkerAreCleared) {
  ASSERT_TRUE(start());
  inheritance_.counters.add(0, *net::IpAddress::parse("192.0.2.1"));
  inheritance_.counters.add(1, *net::IpAddress::parse("192.0.2.1"));
  workers_.kill_all();
  ASSERT_TRUE(reap_until([this] { return workers_.alive() == 0; }));
  EXPECT_EQ(inheritance_.counters.live_total(), 0U);
  EXPECT_FALSE(workers_.all_ready());
  EXPECT_TRUE(workers_.due());
}

TEST_F(WorkersTest, AProcessThatIsNoWorkerIsNotMistakenForOne) {
  ASSERT_TRUE(start());
  EXPECT_FALSE(workers_.reaped(::getpid(), 0));
  EXPECT_EQ(workers_.alive(), 2U);
}

TEST_F(WorkersTest, WorkersThatMayEndAreNotStartedAgain) {
  ASSERT_TRUE(start());
  workers_.let_end();
  workers_.tell_all(Word::drain);
  EXPECT_TRUE(reap_until([this] { return workers_.alive() == 0; }));
  EXPECT_FALSE(workers_.due());
  workers_.start_due();
  EXPECT_EQ(workers_.alive(), 0U);
}

}  // namespace
}  // namespace chat::process
