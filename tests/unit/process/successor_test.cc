#include "process/successor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <system_error>

#include "base/unique_fd.h"
#include "process/child.h"
#include "process/eventually.h"
#include "process/folder.h"

namespace chat::process {
namespace {

// The next message, read by a program that is no master, in one line: one read is one message, and
// so is one write.
constexpr char kReadOne[] = "$(dd bs=65536 count=1 status=none <&$CHATD_UPGRADE | tr '\\n' ' ')";

// Bash, as other shells know descriptors up to 9 only.
Invocation script(const std::string& text) { return {"/bin/bash", {"bash", "-c", text}}; }

std::optional<Message> next_message(Successor& successor) {
  std::optional<Message> message;
  EXPECT_TRUE(eventually([&] {
    message = successor.receive();
    return message || successor.fd() < 0;
  }));
  return message;
}

std::string end_of(const Successor& successor) {
  int status = 0;
  ::waitpid(successor.pid(), &status, 0);
  return describe_end(status);
}

TEST(Successor, IsToldTheEstateAndAnswers) {
  Estate estate;
  estate.address = "127.0.0.1:8080";
  Successor successor(script(fmt::format("echo -n r\"{}\" >&$CHATD_UPGRADE", kReadOne)), estate);
  const auto message = next_message(successor);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->word, Word::ready);
  std::string told = "e" + estate.to_text();
  std::replace(told.begin(), told.end(), '\n', ' ');
  EXPECT_EQ(message->text, told);
  EXPECT_EQ(end_of(successor), "ended with code 0");
}

TEST(Successor, HearsThatItMayTakeOver) {
  Successor successor(
      script(fmt::format("echo -n r >&$CHATD_UPGRADE; : \"{0}\"; "
                         "until told=\"{0}\"; [ \"$told\" ]; do sleep 0.01; done 2>/dev/null; "
                         "echo -n f\"$told\" >&$CHATD_UPGRADE",
                         kReadOne)),
      Estate());
  ASSERT_TRUE(next_message(successor));
  EXPECT_TRUE(successor.send(Word::yours, "17"));
  const auto message = next_message(successor);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->text, "y17");
  EXPECT_EQ(end_of(successor), "ended with code 0");
}

TEST(Successor, InheritsTheDescriptorsOfTheEstateAndNoOther) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  Estate estate;
  estate.listener = writer.get();
  const Successor successor(
      script(fmt::format("[ ! -e /proc/$$/fd/{} ] && echo -n here >&{}", ends[0], ends[1])),
      estate);
  EXPECT_EQ(end_of(successor), "ended with code 0");
  std::array<char, 8> text{};
  EXPECT_EQ(::read(reader.get(), text.data(), text.size()), 4);
  EXPECT_STREQ(text.data(), "here");
  EXPECT_NE(::fcntl(writer.get(), F_GETFD) & FD_CLOEXEC, 0) << "here nothing has changed";
}

TEST(Successor, AProgramThatCannotBeRunSaysSo) {
  const Folder folder;
  const std::string program = folder.write("chatd", "");
  ::chmod(program.c_str(), 0755);
  Successor successor({program, {"chatd"}}, Estate());
  const auto message = next_message(successor);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->word, Word::failed);
  EXPECT_EQ(message->text, program + ": Exec format error");
  EXPECT_EQ(end_of(successor), "ended with code 127");
}

TEST(Successor, AProgramThatIsNotThereIsNotStarted) {
  try {
    const Successor successor({"/nowhere/chatd", {"chatd"}}, Estate());
    FAIL() << "was started";
  } catch (const std::system_error& error) {
    EXPECT_STREQ(error.what(), "/nowhere/chatd: No such file or directory");
  }
}

TEST(Successor, IsAliveUntilItEndsAndThenHasNoChannel) {
  Successor successor(script("sleep 60 & wait"), Estate());
  EXPECT_TRUE(successor.alive());
  EXPECT_GE(successor.fd(), 0);
  EXPECT_FALSE(successor.receive());
  ::kill(successor.pid(), SIGKILL);
  EXPECT_TRUE(eventually([&] { return !successor.alive(); })) << "not reaped yet";
  EXPECT_EQ(end_of(successor), "was killed by SIGKILL");
  EXPECT_FALSE(successor.alive()) << "reaped";
}

TEST(Successor, ItsChannelGoesWithIt) {
  Successor successor(script("exit 0"), Estate());
  EXPECT_EQ(end_of(successor), "ended with code 0");
  EXPECT_FALSE(successor.receive());
  EXPECT_EQ(successor.fd(), -1);
  EXPECT_FALSE(successor.send(Word::yours));
}

TEST(Successor, EndsOnTermOnlyWhileItIsNoMasterYet) {
  Successor successor(script("echo -n r >&$CHATD_UPGRADE; while :; do sleep 0.01; done"), Estate());
  ASSERT_TRUE(next_message(successor));
  for (const int number : {SIGHUP, SIGUSR1, SIGUSR2}) ::kill(successor.pid(), number);
  ::kill(successor.pid(), SIGTERM);
  EXPECT_EQ(end_of(successor), "was killed by SIGTERM");
}

TEST(Invocation, NamesTheProgramByAnAbsolutePathAndKeepsItsWords) {
  std::string name = "chatd";
  std::string option = "-n4";
  std::array<char*, 2> words{name.data(), option.data()};
  const Invocation invocation = Invocation::of(2, words.data());
  EXPECT_TRUE(invocation.program.starts_with('/')) << invocation.program;
  EXPECT_EQ(::access(invocation.program.c_str(), X_OK), 0);
  EXPECT_EQ(invocation.words, (std::vector<std::string>{"chatd", "-n4"}));
}

}  // namespace
}  // namespace chat::process
