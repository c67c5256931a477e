#include "process/master.h"

#include <gtest/gtest.h>

#include <csignal>
#include <set>
#include <stdexcept>

#include "process/certificate_files.h"
#include "process/running_master.h"
#include "process/start_error.h"

namespace chat::process {
namespace {

using Options = RunningMaster::Options;

int code(ExitCode exit_code) { return static_cast<int>(exit_code); }

TEST(Master, ServesWithAllItsWorkersAndEndsOnTerm) {
  RunningMaster master(Options{{"--workers", "3"}});
  ASSERT_TRUE(master.wait_until_ready()) << master.log();
  EXPECT_TRUE(master.logged("with 3 workers"));
  master.signal(SIGTERM);
  EXPECT_EQ(master.wait(), 0);
  EXPECT_FALSE(master.ask()) << "nobody listens any more";
}

TEST(Master, EveryStopLeavesNoPidFile) {
  for (const int number : {SIGTERM, SIGINT, SIGQUIT}) {
    const Folder folder;
    RunningMaster master(Options{{"--pid-file", folder.file("pid")}});
    ASSERT_TRUE(master.wait_until_ready()) << master.log();
    EXPECT_EQ(folder.read("pid"), std::to_string(master.pid()) + '\n');
    master.signal(number);
    EXPECT_EQ(master.wait(), 0);
    EXPECT_FALSE(std::filesystem::exists(folder.file("pid")));
  }
}

TEST(Master, ReplacesAKilledWorkerWithinASecondAndTellsItsId) {
  RunningMaster master;
  ASSERT_TRUE(master.wait_until_ready());
  const RunningMaster::Answer first = *master.ask();
  ::kill(first.pid, SIGKILL);
  std::optional<RunningMaster::Answer> second;
  EXPECT_TRUE(eventually(
      [&] {
        second = master.ask();
        return second && second->pid != first.pid;
      },
      std::chrono::seconds(1)));
  ASSERT_TRUE(second);
  EXPECT_NE(second->id, first.id);
  EXPECT_EQ(second->dead_ids, std::vector<std::string>{first.id});
}

TEST(Master, AWorkerThatGotReadyHasDealtWithTheDeadBeforeIt) {
  RunningMaster master;
  ASSERT_TRUE(master.wait_until_ready());
  for (int round = 0; round < 3; ++round) {
    const RunningMaster::Answer answer = *master.ask();
    EXPECT_LE(answer.dead_ids.size(), 1U);
    ::kill(answer.pid, SIGKILL);
    ASSERT_TRUE(eventually([&] {
      const auto next = master.ask();
      return next && next->pid != answer.pid;
    }));
  }
}

TEST(Master, WaitsLongerAndLongerForAWorkerThatDiesAtBirth) {
  Folder folder;
  const std::string mark = folder.file("fail");
  RunningMaster master({}, [mark](WorkerContext& context) {
    if (std::filesystem::exists(mark)) std::_Exit(5);
    return run_stub_worker(context);
  });
  ASSERT_TRUE(master.wait_until_ready());
  folder.write("fail", "");
  ::kill(master.ask()->pid, SIGKILL);
  EXPECT_TRUE(eventually([&] { return master.logged("starting it again in 400 ms"); }));
  EXPECT_TRUE(master.logged("ended with code 5; starting it again in 100 ms"));
  EXPECT_TRUE(master.logged("starting it again in 200 ms"));
  std::filesystem::remove(mark);
  EXPECT_TRUE(eventually([&] { return master.ask().has_value(); }));
}

TEST(Master, ASecondSignalEndsWorkersThatStillDrain) {
  RunningMaster master(Options{{"--max-devices", "13"}});
  ASSERT_TRUE(master.wait_until_ready());
  master.signal(SIGINT);
  ASSERT_TRUE(eventually([&] { return master.logged("SIGINT: draining for 10000 ms"); }));
  master.signal(SIGTERM);
  EXPECT_EQ(master.wait(), 0);
  EXPECT_TRUE(master.logged("SIGTERM: ending at once"));
}

TEST(Master, DrainsNoLongerThanItsTimeoutWhateverTheWorkersDo) {
  RunningMaster master(Options{{"--max-devices", "14"}, {"--drain-timeout", "100ms"}});
  ASSERT_TRUE(master.wait_until_ready());
  const pid_t worker = master.ask()->pid;
  master.signal(SIGTERM);
  EXPECT_EQ(master.wait(), 0);
  EXPECT_EQ(::kill(worker, 0), -1);
}

TEST(Master, HupBringsNewOptionsToWorkersWithoutReplacingThem) {
  Folder folder;
  RunningMaster master(Options{{"--config", folder.write("chatd.toml", "max_devices = 2")}});
  ASSERT_TRUE(master.wait_until_ready());
  const RunningMaster::Answer before = *master.ask();
  EXPECT_EQ(before.max_devices, 2);
  folder.write("chatd.toml", "max_devices = 3\nhash_threads = 5");
  master.signal(SIGHUP);
  EXPECT_TRUE(eventually([&] { return master.ask()->max_devices == 3; }));
  EXPECT_EQ(master.ask()->pid, before.pid);
  EXPECT_TRUE(master.logged("hash_threads was changed: the change counts from the next start on"));

  ::kill(before.pid, SIGKILL);
  std::optional<RunningMaster::Answer> after;
  EXPECT_TRUE(eventually([&] { return (after = master.ask()).has_value(); }));
  EXPECT_EQ(after->max_devices, 3) << "workers to come have the new options too";
}

TEST(Master, HupWithAMistakeChangesNothing) {
  Folder folder;
  RunningMaster master(Options{{"--config", folder.write("chatd.toml", "max_devices = 2")}});
  ASSERT_TRUE(master.wait_until_ready());
  folder.write("chatd.toml", "max_devices = 3\nprot = 1");
  master.signal(SIGHUP);
  EXPECT_TRUE(eventually([&] { return master.logged("chatd.toml:2: prot is no option"); }));
  EXPECT_EQ(master.ask()->max_devices, 2);
  EXPECT_TRUE(master.logged("with 1 worker\""));
}

TEST(Master, Usr1OpensTheLogsAgain) {
  RunningMaster master;
  ASSERT_TRUE(master.wait_until_ready());
  std::filesystem::rename(master.folder().file("log"), master.folder().file("log.1"));
  master.signal(SIGUSR1);
  EXPECT_TRUE(eventually([&] { return master.logged("reopened"); }));
  EXPECT_TRUE(master.logged("SIGUSR1: the log file was opened again"));
}

TEST(Master, WorkersOfAKilledMasterLeaveThePortToTheNextOne) {
  Folder folder;
  RunningMaster killed(Options{{"--workers", "2"}, {"--pid-file", folder.file("pid")}});
  ASSERT_TRUE(killed.wait_until_ready());
  killed.kill();
  EXPECT_TRUE(std::filesystem::exists(folder.file("pid")));
  killed.launch();
  ASSERT_TRUE(killed.wait_until_ready()) << killed.folder().read("stderr");
  EXPECT_EQ(read_pid(folder.file("pid")), killed.pid());
}

TEST(Master, SaysThatThePortIsInUse) {
  RunningMaster first;
  ASSERT_TRUE(first.wait_until_ready());
  RunningMaster second(Options{{"--port", std::to_string(first.port())}});
  EXPECT_EQ(second.wait(), code(ExitCode::port));
  const std::string line = second.folder().read("stderr");
  EXPECT_NE(line.find(std::to_string(first.port())), std::string::npos) << line;
  EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
}

TEST(Master, SaysThatRedisIsOutOfReach) {
  RunningMaster master(Options{{"--echo", "off"}, {"--redis", "redis://127.0.0.1:1/15"}});
  EXPECT_EQ(master.wait(), code(ExitCode::redis));
  EXPECT_NE(master.folder().read("stderr").find("start it, or change --redis"), std::string::npos);
}

TEST(Master, SaysWhyAWorkerCannotStart) {
  RunningMaster master({}, [](WorkerContext&) -> int { throw std::runtime_error("no memory"); });
  EXPECT_EQ(master.wait(), code(ExitCode::worker));
  EXPECT_EQ(master.folder().read("stderr"), "chatd: no memory\n");
  EXPECT_TRUE(master.logged("cannot start: no memory\"")) << master.log();
}

TEST(Master, SaysThatAWorkerDiedAtStart) {
  RunningMaster master(Options{{"--workers", "2"}}, [](WorkerContext&) -> int { std::abort(); });
  EXPECT_EQ(master.wait(), code(ExitCode::worker));
  EXPECT_NE(master.folder().read("stderr").find("was killed by SIGABRT while it started"),
            std::string::npos);
}

TEST(Master, AWorkerKilledFromOutsideWhileItStartsIsReplaced) {
  Folder folder;
  const std::string mark = folder.write("mark", "");
  RunningMaster master({}, [mark](WorkerContext& context) {
    if (std::filesystem::remove(mark)) ::raise(SIGKILL);
    return run_stub_worker(context);
  });
  EXPECT_TRUE(master.wait_until_ready()) << master.folder().read("stderr");
}

TEST(Master, SaysThatAFolderCannotBeWritten) {
  RunningMaster master(Options{{"--upload", "/proc/none"}});
  EXPECT_EQ(master.wait(), code(ExitCode::configuration));
  EXPECT_NE(master.folder().read("stderr").find("/proc/none"), std::string::npos);
}

TEST(Master, RunsRedisAndRunsItAgainAndEndsIt) {
  RunningMaster master(Options{{"--echo", "off"}});
  ASSERT_TRUE(master.wait_until_ready()) << master.folder().read("stderr");
  const std::string pid_path = master.folder().file("var/redis/redis.pid");
  const pid_t first = read_pid(pid_path).value_or(0);
  ASSERT_GT(first, 1);
  ::kill(first, SIGKILL);
  EXPECT_TRUE(eventually([&] { return read_pid(pid_path).value_or(first) != first; }));
  const pid_t second = read_pid(pid_path).value_or(0);
  master.signal(SIGTERM);
  EXPECT_EQ(master.wait(), 0);
  EXPECT_EQ(::kill(second, 0), -1);
}

}  // namespace
}  // namespace chat::process
