#include "store/folder_flusher.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "store/store_test.h"

namespace {

std::mutex flushed_mutex;
std::vector<std::string> flushed;

}  // namespace

// The one of libc would leave no trace: this does the same, and notes which file it was.
extern "C" int fdatasync(int fd) {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), error);
  const std::lock_guard lock(flushed_mutex);
  flushed.push_back(path.filename());
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

namespace chat::store {
namespace {

class FolderFlusherTest : public StoreTest {
 protected:
  void SetUp() override {
    const std::lock_guard lock(flushed_mutex);
    flushed.clear();
  }

  static void write(const std::string& path) { std::ofstream(path) << "something"; }
  static std::ptrdiff_t times(const std::string& name) {
    const std::lock_guard lock(flushed_mutex);
    return std::ranges::count(flushed, name);
  }

  // Not there yet.
  // Keeps the only thread until `busy` is free.
  void occupy(std::mutex& busy, std::function<void()> done) {
    ASSERT_TRUE(disk_.submit([&busy] { const std::lock_guard lock(busy); }, std::move(done)));
    wait_until([this] { return disk_.waiting() == 0; });
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string folder_ = server_->folder() + "/flushed";
  net::ThreadPool disk_{loop_, {.threads = 1, .queue_limit = 10, .niceness = 0}};
};

TEST_F(FolderFlusherTest, FlushesWhateverIsInTheFolderAgainAndAgain) {
  const FolderFlusher flusher(loop_, disk_, folder_);
  std::filesystem::create_directory(folder_);
  write(folder_ + "/one");
  write(folder_ + "/two");
  wait_until([] { return times("one") >= 2 && times("two") >= 2; });
  write(folder_ + "/three");
  wait_until([] { return times("three") >= 1; });
  std::filesystem::remove_all(folder_);
}

TEST_F(FolderFlusherTest, AFolderMayComeLateAndGo) {
  const FolderFlusher flusher(loop_, disk_, folder_);
  const auto later = std::chrono::steady_clock::now() + std::chrono::milliseconds(1500);
  wait_until([&] { return std::chrono::steady_clock::now() > later; });
  EXPECT_TRUE(flushed.empty());
  for (const char* name : {"first", "again"}) {
    std::filesystem::create_directory(folder_);
    write(folder_ + "/" + name);
    wait_until([name] { return times(name) >= 1; });
    std::filesystem::remove_all(folder_);
  }
}

TEST_F(FolderFlusherTest, ASlowDiskGetsNoQueueOfFlushes) {
  std::mutex busy;
  busy.lock();
  bool over = false;
  occupy(busy, [&over] { over = true; });
  const FolderFlusher flusher(loop_, disk_, folder_);
  wait_until([this] { return disk_.waiting() == 1; });
  const auto later = std::chrono::steady_clock::now() + std::chrono::milliseconds(2500);
  wait_until([&] { return std::chrono::steady_clock::now() > later; });
  EXPECT_EQ(disk_.waiting(), 1U);
  busy.unlock();
  wait_until([&over] { return over; });
}

TEST_F(FolderFlusherTest, AFlushUnderWayOutlivesIt) {
  std::mutex busy;
  busy.lock();
  occupy(busy, [] {});
  {
    const FolderFlusher flusher(loop_, disk_, folder_);
    wait_until([this] { return disk_.waiting() == 1; });
  }
  std::filesystem::create_directory(folder_);
  write(folder_ + "/late");
  busy.unlock();
  wait_until([] { return times("late") == 1; });
  bool through = false;
  ASSERT_TRUE(disk_.submit([] {}, [&through] { through = true; }));
  wait_until([&through] { return through; });
  std::filesystem::remove_all(folder_);
}

}  // namespace
}  // namespace chat::store
