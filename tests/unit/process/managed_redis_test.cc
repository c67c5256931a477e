#include "process/managed_redis.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "process/eventually.h"
#include "process/folder.h"
#include "process/redis_link.h"
#include "process/redis_probe.h"
#include "process/start_error.h"

namespace chat::process {
namespace {

using std::chrono::milliseconds;

class ManagedRedisTest : public testing::Test {
 protected:
  ManagedRedisTest() { settings_.data = folder_.path(); }

  pid_t server() const { return read_pid(folder_.file("redis/redis.pid")).value_or(0); }

  static bool answers(const ManagedRedis& redis) {
    return probe_redis(redis.address(), milliseconds(1000)) == RedisState::ready;
  }

  static bool alive(pid_t pid) { return pid > 0 && ::kill(pid, 0) == 0; }

  // Alive, and not just waiting to be reaped by init.
  static bool works(pid_t pid) {
    std::error_code gone;
    return pid > 0 &&
           !std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", gone).empty();
  }

  Folder folder_;
  config::Settings settings_;
};

TEST_F(ManagedRedisTest, AnswersOnASocketOfItsOwnerAlone) {
  const ManagedRedis redis(settings_);
  EXPECT_TRUE(answers(redis));
  EXPECT_EQ(redis.address().database, 15);
  struct stat info {};
  ASSERT_EQ(::stat(redis.address().path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
  ASSERT_EQ(::stat(folder_.file("redis").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
  EXPECT_TRUE(std::filesystem::exists(folder_.file("redis/appendonlydir")));
}

TEST_F(ManagedRedisTest, EndsWithItsOwnerAndLeavesNoSocket) {
  pid_t pid = 0;
  std::string socket;
  {
    const ManagedRedis redis(settings_);
    pid = server();
    socket = redis.address().path;
    EXPECT_TRUE(alive(pid));
  }
  EXPECT_FALSE(alive(pid));
  EXPECT_FALSE(std::filesystem::exists(socket));
}

TEST_F(ManagedRedisTest, IsStartedAgainWhenItDies) {
  ManagedRedis redis(settings_);
  const pid_t first = server();
  const pid_t guard = redis.guard();
  ::kill(first, SIGKILL);
  int status = 0;
  ASSERT_EQ(::waitpid(guard, &status, 0), guard);
  EXPECT_FALSE(redis.reaped(::getpid(), status)) << "another process";
  EXPECT_TRUE(redis.reaped(guard, status));
  ASSERT_TRUE(redis.due());
  EXPECT_TRUE(eventually([&] {
    redis.restart_if_due();
    return answers(redis);
  }));
  EXPECT_NE(server(), first);
  EXPECT_FALSE(redis.due());
}

TEST_F(ManagedRedisTest, IsNeverStartedBesideOneThatStillEnds) {
  ManagedRedis redis(settings_);
  const pid_t first = server();
  ::kill(first, SIGSTOP);  // slow to write everything
  int status = 0;
  ::kill(redis.guard(), SIGKILL);
  ASSERT_EQ(::waitpid(redis.guard(), &status, 0), redis.guard());
  EXPECT_TRUE(redis.reaped(redis.guard(), status));
  ::kill(first, SIGCONT);
  EXPECT_TRUE(eventually([&] {
    redis.restart_if_due();
    return server() != first && answers(redis);
  }));
  EXPECT_FALSE(works(first));
}

TEST_F(ManagedRedisTest, IsTakenOverWithoutARestart) {
  std::optional<ManagedRedis> old(std::in_place, settings_);
  const pid_t pid = server();
  const pid_t guard = old->guard();
  ManagedRedis next(settings_, Lifeline{UniqueFd(::dup(old->lifeline().watch.get())),
                                        UniqueFd(::dup(old->lifeline().hold.get()))});
  old->release();
  next.take_over(guard);
  old.reset();
  EXPECT_EQ(server(), pid);
  EXPECT_TRUE(answers(next));
  EXPECT_TRUE(std::filesystem::exists(folder_.file("redis/master.pid")));
  next.look();
  EXPECT_FALSE(next.due());
  ::kill(pid, SIGKILL);
  EXPECT_TRUE(eventually([&] {
    next.look();
    return next.due().has_value();
  }));
  ::waitpid(guard, nullptr, 0);
  EXPECT_TRUE(eventually([&] {
    next.restart_if_due();
    return answers(next);
  }));
}

class ManagedRedisRightsTest : public ManagedRedisTest {
 protected:
  std::string read_password(const std::string& user) const {
    std::string password = folder_.read("redis/" + user + ".password");
    password.pop_back();  // the end of the line
    return password;
  }

  RedisLink logged_in(const std::string& user) const {
    RedisLink link(redis_.address(), milliseconds(1000));
    EXPECT_EQ(answer(link, {"AUTH", user, read_password(user)}), "OK");
    return link;
  }

  static std::string answer(RedisLink& link, const std::vector<std::string>& words) {
    const RedisReplyPtr reply = link.ask(words);
    return reply ? std::string(text_of(*reply)) : "gone";
  }

  ManagedRedis adopt() {
    return {settings_, Lifeline{UniqueFd(::dup(redis_.lifeline().watch.get())),
                                UniqueFd(::dup(redis_.lifeline().hold.get()))}};
  }

  ManagedRedis redis_{settings_};
};

TEST_F(ManagedRedisRightsTest, OneThatIsTakenOverLearnsWhatTheNewVersionNeedsAndEndsNoConnection) {
  RedisLink admin = logged_in("admin");
  // As if the version before used HLEN and no SPOP.
  EXPECT_EQ(answer(admin, {"ACL", "SETUSER", "chatd", "-spop", "+hlen"}), "OK");
  EXPECT_EQ(answer(admin, {"ACL", "SAVE"}), "OK");
  RedisLink worker = logged_in("chatd");
  EXPECT_TRUE(answer(worker, {"SPOP", "set"}).starts_with("NOPERM"));
  const ManagedRedis next = adopt();
  EXPECT_EQ(next.address().password, redis_.address().password);
  EXPECT_EQ(answer(worker, {"SPOP", "set"}), "");
  EXPECT_EQ(answer(worker, {"HLEN", "hash"}), "") << "the version before serves on";
  EXPECT_TRUE(answer(worker, {"FLUSHALL"}).starts_with("NOPERM"));
  // What a Redis reads that is started again.
  EXPECT_EQ(answer(admin, {"ACL", "LOAD"}), "OK");
  RedisLink again = logged_in("chatd");
  EXPECT_EQ(answer(again, {"SPOP", "set"}), "");
  EXPECT_EQ(answer(again, {"HLEN", "hash"}), "");
  EXPECT_TRUE(answer(again, {"FLUSHALL"}).starts_with("NOPERM"));
  struct stat info {};
  ASSERT_EQ(::stat(folder_.file("redis/users.acl").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST_F(ManagedRedisRightsTest, OneThatDoesNotKnowTheAdministratorIsNotTakenOver) {
  folder_.write("redis/admin.password", "a password of somebody else\n");
  EXPECT_THROW(adopt(), StartError);
  EXPECT_TRUE(answers(redis_));
}

TEST_F(ManagedRedisTest, EndsByItselfWhenAllProcessesOfTheServerAreGone) {
  const pid_t master = ::fork();
  if (master == 0) {
    const ManagedRedis redis(settings_);
    for (;;) ::pause();
  }
  ASSERT_TRUE(eventually([&] { return works(server()); }));
  const pid_t pid = server();
  ::kill(master, SIGKILL);
  ::waitpid(master, nullptr, 0);
  EXPECT_TRUE(eventually([&] { return !works(pid); }));
}

TEST_F(ManagedRedisTest, TwoServersCannotShareAFolder) {
  const pid_t other = ::fork();
  if (other == 0) {
    const ManagedRedis redis(settings_);
    for (;;) ::pause();
  }
  ASSERT_TRUE(eventually([&] { return server() != 0; }));
  EXPECT_THROW(ManagedRedis{settings_}, StartError);
  ::kill(other, SIGKILL);
  ::waitpid(other, nullptr, 0);
}

TEST_F(ManagedRedisTest, ALeftServerIsEndedAndItsDataKept) {
  ::mkdir(folder_.file("redis").c_str(), 0700);
  std::optional<ManagedRedis> redis(std::in_place, settings_);
  redis.reset();
  // The leftover of a killed master: it works in the folder and is in the pid file.
  const pid_t left = ::fork();
  if (left == 0) {
    ::setsid();
    const std::string folder = folder_.file("redis");
    ::execl("/usr/bin/redis-check-rdb", "redis-server", "--port", "0", "--unixsocket",
            folder_.file("redis/redis.sock").c_str(), "--dir", folder.c_str(), "--appendonly",
            "yes", "--logfile", folder_.file("left.log").c_str(), nullptr);
    std::_Exit(127);
  }
  folder_.write("redis/redis.pid", std::to_string(left));
  const auto address = config::parse_redis_address("unix://" + folder_.file("redis/redis.sock"));
  ASSERT_TRUE(
      eventually([&] { return probe_redis(address, milliseconds(100)) == RedisState::ready; }));
  // Nobody but init reaps a leftover; the test stands in for it.
  ::signal(SIGCHLD, SIG_IGN);
  redis.emplace(settings_);
  ::signal(SIGCHLD, SIG_DFL);
  EXPECT_FALSE(works(left));
  EXPECT_TRUE(answers(*redis));
}

TEST_F(ManagedRedisTest, AForeignProcessWithAnOldNumberIsLeftAlone) {
  ::mkdir(folder_.file("redis").c_str(), 0700);
  folder_.write("redis/redis.pid", std::to_string(::getppid()));
  const ManagedRedis redis(settings_);
  EXPECT_TRUE(answers(redis));
  EXPECT_TRUE(alive(::getppid()));
}

TEST_F(ManagedRedisTest, TellsWhyItDoesNotStart) {
  ::mkdir(folder_.file("redis").c_str(), 0700);
  folder_.write("redis/appendonlydir", "not a folder");
  try {
    const ManagedRedis redis(settings_);
    FAIL() << "was started";
  } catch (const StartError& error) {
    EXPECT_EQ(error.code(), ExitCode::redis);
    EXPECT_NE(std::string(error.what()).find("redis.log"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace chat::process
