#include "base/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "base/unique_fd.h"

namespace chat::log {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream stream(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

class LogTest : public testing::Test {
 protected:
  LogTest() {
    std::string pattern = (fs::temp_directory_path() / "log-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~LogTest() override {
    open({});
    fs::remove_all(folder_);
  }

  fs::path file() const { return folder_ / "chatd.log"; }
  void open_file(Level level = Level::info) { open({file().string(), level, "worker-1"}); }

  fs::path folder_;
};

TEST_F(LogTest, WritesAJsonLineWithTimeProcessLevelAndText) {
  open_file();
  info("{} workers", 4);
  const auto lines = lines_of(file());
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0].starts_with("{\"time\":\"20")) << lines[0];
  const std::string tail = R"(Z","process":"worker-1","level":"info","text":"4 workers"})";
  EXPECT_TRUE(lines[0].ends_with(tail)) << lines[0];
}

TEST_F(LogTest, NamesConnectionAndUser) {
  open_file(Level::debug);
  debug(Subject{17, "6620a1"}, "closed with {}", 1000);
  const auto lines = lines_of(file());
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find(R"("connection":17,"user":"6620a1","text":"closed with 1000")"),
            std::string::npos)
      << lines[0];
}

TEST_F(LogTest, LeavesOutLinesBelowTheLevel) {
  open_file(Level::warn);
  info("not this");
  warn("but this");
  EXPECT_EQ(lines_of(file()).size(), 1U);
  EXPECT_FALSE(enabled(Level::info));
  EXPECT_TRUE(enabled(Level::error));
  set_level(Level::info);
  info("now this");
  EXPECT_EQ(lines_of(file()).size(), 2U);
}

TEST_F(LogTest, OneEventStaysOneLine) {
  open_file();
  info("{}", "first\nsecond\"}");
  const auto lines = lines_of(file());
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find(R"(first\u000asecond\"})"), std::string::npos) << lines[0];
}

TEST_F(LogTest, CutsEndlessText) {
  open_file();
  info("{}", std::string(100'000, 'x'));
  const auto lines = lines_of(file());
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_LT(lines[0].size(), 4096U);
}

TEST_F(LogTest, ReopenFollowsARotation) {
  open_file();
  info("old");
  fs::rename(file(), folder_ / "chatd.log.1");
  reopen();
  info("new");
  EXPECT_EQ(lines_of(folder_ / "chatd.log.1").size(), 1U);
  EXPECT_EQ(lines_of(file()).size(), 1U);
}

TEST_F(LogTest, ReopenKeepsTheOldFileWhenTheNewOneCannotBeMade) {
  open_file();
  fs::rename(file(), folder_ / "chatd.log.1");
  fs::create_directory(file());
  reopen();
  info("still here");
  const auto lines = lines_of(folder_ / "chatd.log.1");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_NE(lines[0].find("going on with the old one"), std::string::npos);
}

TEST_F(LogTest, RefusesAFileThatCannotBeOpened) {
  EXPECT_THROW(open({(folder_ / "none" / "chatd.log").string(), Level::info, ""}),
               std::runtime_error);
}

TEST_F(LogTest, AFullDiskDoesNotStopTheServer) {
  open({"/dev/full", Level::info, "worker-1"});
  for (int count = 0; count < 100; ++count) info("lost");
}

TEST_F(LogTest, TellsHowManyLinesWereLostInAPipeNobodyRead) {
  const fs::path fifo = folder_ / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const UniqueFd reader(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK));
  open({fifo.string(), Level::info, "worker-1"});
  for (int count = 0; count < 1000; ++count) info("{}", std::string(1000, 'x'));
  std::string buffer(1 << 20, '\0');
  ASSERT_GT(::read(reader.get(), buffer.data(), buffer.size()), 0);
  info("room again");
  const ssize_t size = ::read(reader.get(), buffer.data(), buffer.size());
  ASSERT_GT(size, 0);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(size));
  EXPECT_NE(text.find("room again"), std::string_view::npos);
  EXPECT_NE(text.find("log lines before this one could not be written"), std::string_view::npos);
}

TEST_F(LogTest, LinesOfThreadsDoNotMix) {
  open_file();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([] {
      for (int count = 0; count < 500; ++count) info("{}", std::string(200, 'x'));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto lines = lines_of(file());
  ASSERT_EQ(lines.size(), 2000U);
  for (const std::string& line : lines) ASSERT_EQ(line.size(), lines[0].size());
}

TEST(LogLevel, ParsesTheFourNamesOnly) {
  Level level = Level::info;
  EXPECT_TRUE(parse_level("debug", level));
  EXPECT_EQ(level, Level::debug);
  EXPECT_FALSE(parse_level("verbose", level));
  EXPECT_EQ(level, Level::debug);
}

}  // namespace
}  // namespace chat::log
