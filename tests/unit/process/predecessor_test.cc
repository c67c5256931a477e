#include "process/predecessor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string>
#include <utility>

#include "process/folder.h"
#include "process/start_error.h"
#include "process/successor.h"

namespace chat::process {
namespace {

class PredecessorTest : public testing::Test {
 protected:
  ~PredecessorTest() override { ::unsetenv(kUpgradeVariable); }

  // As the old master leaves it to the new one. The one that looks owns what it finds.
  void leave(const Estate& estate) {
    ours_.send(Word::estate, estate.to_text());
    name(::dup(theirs_.fd()));
  }

  static void name(int channel) { ::setenv(kUpgradeVariable, std::to_string(channel).c_str(), 1); }

  static std::string complaint() {
    try {
      Predecessor::find();
    } catch (const StartError& error) {
      EXPECT_EQ(error.code(), ExitCode::configuration);
      return error.what();
    }
    return "none";
  }

  static bool closed_on_exec(int fd) { return (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0; }

  std::pair<ControlChannel, ControlChannel> ends_ = ControlChannel::make_pair();
  ControlChannel& ours_ = ends_.first;
  ControlChannel& theirs_ = ends_.second;
};

TEST_F(PredecessorTest, AtAnOrdinaryStartThereIsNone) {
  ::unsetenv(kUpgradeVariable);
  EXPECT_FALSE(Predecessor::find());
}

TEST_F(PredecessorTest, LeavesWhatItHolds) {
  const Folder folder;
  const auto listener = net::Listener::bind(net::BindAddress::parse("127.0.0.1", 0));
  const UniqueFd file(::open(folder.file("pid").c_str(), O_RDWR | O_CREAT, 0600));
  const Lifeline lifeline = Lifeline::make();
  Estate estate;
  estate.address = "127.0.0.1:0";
  estate.listener = ::dup(listener.fd());
  estate.pid_file = ::dup(file.get());
  estate.lifeline_watch = ::dup(lifeline.watch.get());
  estate.lifeline_hold = ::dup(lifeline.hold.get());
  leave(estate);

  auto predecessor = Predecessor::find();
  ASSERT_TRUE(predecessor);
  EXPECT_EQ(predecessor->estate().address, "127.0.0.1:0");
  EXPECT_EQ(predecessor->take_listener().port(), listener.port());
  const UniqueFd pid_file = predecessor->take_pid_file();
  EXPECT_EQ(pid_file.get(), estate.pid_file);
  const Lifeline taken = predecessor->take_lifeline();
  EXPECT_EQ(taken.watch.get(), estate.lifeline_watch);
  EXPECT_EQ(taken.hold.get(), estate.lifeline_hold);
  for (const int fd : {pid_file.get(), taken.watch.get(), taken.hold.get(), predecessor->fd()})
    EXPECT_TRUE(closed_on_exec(fd)) << "programs of the new master must not hold it";
  EXPECT_EQ(std::getenv(kUpgradeVariable), nullptr) << "nor be told of it";
}

TEST_F(PredecessorTest, LeavesNoMoreThanItHas) {
  Estate estate;
  estate.pid_file = 99'999;  // open in nobody
  leave(estate);
  auto predecessor = Predecessor::find();
  ASSERT_TRUE(predecessor);
  EXPECT_FALSE(predecessor->take_pid_file());
  EXPECT_FALSE(predecessor->take_lifeline().hold);
  EXPECT_THROW(predecessor->take_listener(), std::runtime_error);
}

TEST_F(PredecessorTest, IsSpokenWith) {
  leave({});
  auto predecessor = Predecessor::find();
  ASSERT_TRUE(predecessor);
  EXPECT_FALSE(predecessor->receive());
  EXPECT_TRUE(predecessor->send(Word::ready, "redis"));
  EXPECT_EQ(ours_.receive()->text, "redis");
  ours_.send(Word::yours, "42");
  { const ControlChannel closed = std::move(ours_); }
  EXPECT_EQ(predecessor->receive()->text, "42");
  EXPECT_EQ(predecessor->receive()->word, Word::gone);
  EXPECT_FALSE(predecessor->send(Word::failed));
}

TEST_F(PredecessorTest, ANumberThatIsNoChannelIsNotBelieved) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  const UniqueFd stream(ends[0]);
  const UniqueFd other(ends[1]);
  for (const std::string& number :
       {std::string("none"), std::string(), std::string("99999"), std::to_string(stream.get())}) {
    ::setenv(kUpgradeVariable, number.c_str(), 1);
    EXPECT_NE(complaint().find("CHATD_UPGRADE is for a server that replaces"), std::string::npos)
        << number;
    EXPECT_EQ(std::getenv(kUpgradeVariable), nullptr);
  }
}

TEST_F(PredecessorTest, OneThatSaysNothingOfItselfIsNone) {
  name(::dup(theirs_.fd()));
  EXPECT_NE(complaint().find("says nothing of itself"), std::string::npos);
  ours_.send(Word::yours, "1");
  name(::dup(theirs_.fd()));
  EXPECT_NE(complaint().find("says nothing of itself"), std::string::npos);
}

TEST_F(PredecessorTest, ItsEndIsWaitedFor) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const pid_t master = ::fork();
  if (master == 0) {
    ::close(ends[1]);
    char end = 0;
    while (::read(ends[0], &end, 1) < 0) {
    }
    std::_Exit(0);
  }
  ::close(ends[0]);
  Estate estate;
  estate.master = master;
  leave(estate);
  const auto predecessor = Predecessor::find();
  ASSERT_TRUE(predecessor);
  predecessor->wait_for_end(std::chrono::milliseconds(1));
  EXPECT_EQ(::waitpid(master, nullptr, WNOHANG), 0) << "no longer than it is told";
  ::close(ends[1]);
  predecessor->wait_for_end(std::chrono::seconds(30));
  EXPECT_EQ(::waitpid(master, nullptr, WNOHANG), master);
  predecessor->wait_for_end(std::chrono::seconds(30));
}

TEST_F(PredecessorTest, OneThatEndedBeforeIsNotWaitedFor) {
  const pid_t master = ::fork();
  if (master == 0) std::_Exit(0);
  ::waitpid(master, nullptr, 0);
  Estate estate;
  estate.master = master;
  leave(estate);
  Predecessor::find()->wait_for_end(std::chrono::hours(1));
}

}  // namespace
}  // namespace chat::process
