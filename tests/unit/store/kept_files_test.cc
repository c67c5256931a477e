#include "store/kept_files.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <optional>
#include <string>
#include <thread>

#include "coro/spawn.h"
#include "net/thread_pool.h"
#include "store/picture_maker.h"
#include "store/store_test.h"

namespace chat::store {
namespace {

class KeptFilesTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    char folder[] = "/tmp/chatd-kept-XXXXXX";
    root_ = ::mkdtemp(folder);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  // A complete upload of somebody's that became a file.
  coro::Task<KeptFile> keep(char digit, const std::string& bytes) {
    OpenUpload upload;
    upload.id = std::string(32, digit);
    upload.owner = "ann";
    upload.length = bytes.size();
    PartialFile::create(root_, upload.id);
    auto partial = std::make_shared<PartialFile>(root_, upload.id);
    partial->write(bytes);
    partial->pause();
    return files_.keep(std::move(partial), upload, Beginning{std::chrono::hours(1), ""});
  }
  std::string content_of(const KeptFile& file) {
    std::ifstream stream(files_.local_path(file));
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  // What a file's removal by another worker comes to, while this one does something else.
  void removed_elsewhere(const KeptFile& file) {
    const std::string script =
        "redis.call('SELECT'," + std::to_string(server_->options().address.database) +
        ")redis.call('UNLINK','content:" + file.hash + "','content_files:" + file.hash +
        "','file:" + file.id + "')return'gone'";
    EXPECT_EQ(RedisServer::ask(server_->socket(), ("EVAL " + script + " 0").c_str()), "gone");
    std::filesystem::remove(files_.local_path(file));
  }

  std::string root_;
  net::ThreadPool pool_{loop_, {.threads = 1}};
  PictureMaker pictures_{loop_, UniqueFd(), [] {}};
  KeptFiles files_{redis_, pool_, pictures_, root_, {1000, 1000, 1000}};
};

TEST_F(KeptFilesTest, EqualContentIsThereOnce) {
  const KeptFile first = await(keep('a', "the same"));
  const KeptFile second = await(keep('b', "the same"));
  EXPECT_EQ(second.content, first.content);
  EXPECT_EQ(content_of(second), "the same");
}

TEST_F(KeptFilesTest, ContentThatGoesWhileAnotherFileIsToShareItIsKeptAnew) {
  const KeptFile first = await(keep('a', "the same"));
  std::optional<KeptFile> second;
  coro::spawn([](coro::Task<KeptFile> task, std::optional<KeptFile>& kept) -> coro::Task<void> {
    kept.emplace(co_await task);
  }(keep('b', "the same"), second));
  std::promise<void> go_on;
  std::atomic<bool> holding = false;
  std::atomic<bool> looked = false;
  const auto hold = [&] {
    holding = true;
    go_on.get_future().wait();
  };
  ASSERT_TRUE(pool_.submit(hold, [] {}));
  wait_until([&] { return holding && pool_.waiting() == 1; });  // to look whether content is there
  ASSERT_TRUE(pool_.submit([&] { looked = true; }, [] {}));
  go_on.set_value();
  while (!looked) std::this_thread::yield();
  removed_elsewhere(first);
  wait_until([&] { return second.has_value(); });
  EXPECT_EQ(second->content, second->id);
  EXPECT_EQ(content_of(*second), "the same");
}

}  // namespace
}  // namespace chat::store
