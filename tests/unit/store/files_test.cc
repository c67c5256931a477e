#include "store/files.h"

#include <fstream>

#include "net/thread_pool.h"
#include "store/store_test.h"

namespace chat::store {
namespace {

// The picture of the recorded session, 75 bytes.
const std::string& picture() {
  static const unsigned char kBytes[] = {
      0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44,
      0x52, 0x00, 0x00, 0x00, 0x0a, 0x00, 0x00, 0x00, 0x0a, 0x08, 0x02, 0x00, 0x00, 0x00, 0x02,
      0x50, 0x58, 0xea, 0x00, 0x00, 0x00, 0x12, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xfc,
      0xcf, 0x80, 0x0f, 0x30, 0xe1, 0x95, 0x1d, 0xb1, 0xd2, 0x00, 0x41, 0x2c, 0x01, 0x13, 0xb1,
      0x0a, 0x73, 0x13, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
  static const std::string bytes(reinterpret_cast<const char*>(kBytes), sizeof kBytes);
  return bytes;
}
const std::string picture_hash = "01cdd83b975a79eb194f105ff9fec300a690679219cac9361ef72537cb1fc314";

class FilesTest : public StoreTest {
 protected:
  static constexpr std::uint64_t kMaxSize = 200'000;

  FilesTest() : root_(server_->folder() + "/upload") {}
  ~FilesTest() override { std::filesystem::remove_all(root_); }

  coro::Task<StoredFile> upload_in_pieces(std::string bytes, std::size_t piece) {
    const std::shared_ptr<UploadWriter> writer = co_await files_.begin();
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      std::string part = bytes.substr(at, piece);
      co_await files_.write(writer, std::move(part));
    }
    StoredFile file = co_await files_.finish(writer);
    if (!file.path.empty()) co_return file;
    const std::string content = writer->partial()->path();
    co_return co_await files_.give_path(writer, content);
  }
  StoredFile upload(const std::string& bytes, std::size_t piece = 1000) {
    return await(upload_in_pieces(bytes, piece));
  }
  std::string content(const std::string& path) const {
    std::ifstream file(root_ + path.substr(7), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::size_t files_on_disk() const {
    std::size_t count = 0;
    for (const auto& item : std::filesystem::recursive_directory_iterator(root_))
      count += item.is_regular_file();
    return count;
  }

  const std::string root_;
  net::ThreadPool pool_{loop_, {}};
  Files files_{redis_, pool_, root_, kMaxSize};
};

TEST_F(FilesTest, KeepsAFileUnderAnUnguessableName) {
  const StoredFile file = upload(picture(), 10);
  EXPECT_EQ(file.hash, picture_hash);
  EXPECT_EQ(file.size, 75U);
  EXPECT_TRUE(Files::is_upload_path(file.path, "image")) << file.path;
  EXPECT_EQ(file.path.substr(file.path.size() - 4), ".png");
  EXPECT_EQ(file.path.size(), std::string("/upload/image/20261121/00/").size() + 32 + 4);
  EXPECT_EQ(content(file.path), picture());
  EXPECT_EQ(command("HGET", "file:hash", picture_hash).text, file.path);
  EXPECT_EQ(files_on_disk(), 1U);
}

TEST_F(FilesTest, EqualContentIsKeptOnce) {
  const StoredFile first = upload(picture());
  const StoredFile second = upload(picture(), 7);
  EXPECT_EQ(second.path, first.path);
  EXPECT_EQ(second.size, 75U);
  EXPECT_EQ(files_on_disk(), 1U);
}

TEST_F(FilesTest, EqualContentAtTheSameTimeIsKeptOnce) {
  std::vector<coro::Task<StoredFile>> uploads;
  for (int i = 0; i < 8; ++i) uploads.push_back(upload_in_pieces(picture(), 30));
  for (const StoredFile& file : await_all(std::move(uploads)))
    EXPECT_EQ(file.path, command("HGET", "file:hash", picture_hash).text);
  EXPECT_EQ(files_on_disk(), 1U);
}

TEST_F(FilesTest, AFileThatIsGoneIsKeptAnew) {
  load_legacy_data();
  const std::string gone = command("HGET", "file:hash", picture_hash).text;
  ASSERT_EQ(gone, "/upload/image/20261121/00/6b00e61aa4fef.png");
  const StoredFile file = upload(picture());
  EXPECT_NE(file.path, gone);
  EXPECT_EQ(content(file.path), picture());
  EXPECT_EQ(command("HGET", "file:hash", picture_hash).text, file.path);
}

TEST_F(FilesTest, AFileOfTheOriginalIsFound) {
  load_legacy_data();
  std::filesystem::create_directories(root_ + "/image/20261121/00");
  std::ofstream(root_ + "/image/20261121/00/6b00e61aa4fef.png") << picture();
  EXPECT_EQ(upload(picture()).path, "/upload/image/20261121/00/6b00e61aa4fef.png");
}

TEST_F(FilesTest, APathInRedisCannotLeadOutOfTheFolder) {
  command("HSET", "file:hash", picture_hash, "/upload/../redis.sock");
  EXPECT_TRUE(Files::is_upload_path(upload(picture()).path, "image"));
}

TEST_F(FilesTest, RefusesOtherTypesAndLeavesNothing) {
  const std::string program("\x7f\x45LF\2\1\1\0\0\0\0\0\0\0\0\0\2\0>\0\1\0\0\0", 24);
  try {
    upload(program);
    FAIL() << "accepted";
  } catch (const Rejected& rejected) {
    EXPECT_EQ(rejected.refusal(), Refusal::unsupported_file);
    EXPECT_EQ(rejected.detail(), "application/x-executable; charset=binary");
  }
  EXPECT_EQ(refusal_of(upload_in_pieces("", 1)), Refusal::unsupported_file) << "empty";
  wait_until([this] { return files_on_disk() == 0; });
}

TEST_F(FilesTest, RefusesAProgramBeforeAllOfItCame) {
  const std::shared_ptr<UploadWriter> writer = await(files_.begin());
  std::string much(70'000, '\0');
  much.replace(0, 4, "\x7f\x45LF");
  EXPECT_EQ(refusal_of(files_.write(writer, much)), Refusal::unsupported_file);
}

TEST_F(FilesTest, RefusesWhatIsTooLarge) {
  EXPECT_EQ(upload(std::string(kMaxSize, 'a'), 4096).size, kMaxSize);
  EXPECT_EQ(refusal_of(upload_in_pieces(std::string(kMaxSize + 1, 'a'), 4096)),
            Refusal::file_too_large);
}

TEST_F(FilesTest, AFolderThatCannotBeWrittenIsAClearRefusal) {
  Files nowhere(redis_, pool_, "/proc/nowhere", kMaxSize);
  EXPECT_EQ(refusal_of(nowhere.begin()), Refusal::upload_failed);
}

TEST_F(FilesTest, AFullPoolIsBusy) {
  net::ThreadPool tiny(loop_, {.threads = 1, .queue_limit = 0});
  Files files(redis_, tiny, root_, kMaxSize);
  EXPECT_EQ(refusal_of(files.begin()), Refusal::busy);
}

TEST_F(FilesTest, KnowsItsOwnPaths) {
  EXPECT_TRUE(Files::is_upload_path("/upload/image/20261121/00/6b00e61aa4fef.png", "image"));
  EXPECT_TRUE(Files::is_upload_path("/upload/document/20261121/23/a.docx", ""));
  for (const char* path :
       {"", "/upload/", "/upload/image/20261121/00/", "/upload/image/20261121/00/.png",
        "/upload/image/20261121/00/a", "/upload/image/20261121/00/a.", "/upload/image/../00/a.png",
        "/upload/image/20261121/00/../a.png", "/upload/image/20261121/0x/a.png",
        "/upload/other/20261121/00/a.png", "/upload/image/20261121/00/a.b.png",
        "upload/image/20261121/00/a.png", "//upload/image/20261121/00/a.png",
        "/upload/music/20261121/00/a.mp3"})
    EXPECT_FALSE(Files::is_upload_path(path, "image")) << path;
}

}  // namespace
}  // namespace chat::store
