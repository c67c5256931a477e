#include "store/partial_file.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/rejected.h"

namespace chat::store {
namespace {

class PartialFileTest : public testing::Test {
 protected:
  PartialFileTest() {
    std::string name = std::filesystem::temp_directory_path() / "partial-XXXXXX";
    root_ = ::mkdtemp(name.data());
    PartialFile::create(root_, kId);
  }
  ~PartialFileTest() override { std::filesystem::remove_all(root_); }

  PartialFile open() const { return PartialFile(root_, kId); }
  void append(const std::string& bytes) const {
    PartialFile file(root_, kId);
    file.write(bytes);
    file.pause();
  }
  // As a process leaves it that dies: the bytes, and not their sum.
  void append_and_die(const std::string& bytes) const {
    std::ofstream(root_ + "/.open/" + kId, std::ios::app | std::ios::binary) << bytes;
  }
  std::string hash() const { return PartialFile(root_, kId).hash(); }

  static constexpr char kId[] = "0123456789abcdef0123456789abcdef";
  std::string root_;
};

TEST_F(PartialFileTest, GoesOnWhereItStopped) {
  append("one ");
  EXPECT_EQ(PartialFile::offset_of(root_, kId), 4U);
  append("two ");
  append("three");
  EXPECT_EQ(hash(), sha256_hex("one two three"));
  EXPECT_EQ(open().beginning(), "one two three");
}

TEST_F(PartialFileTest, ReadsAgainWhatTheSumLacks) {
  append("one ");
  append_and_die("two ");
  EXPECT_EQ(PartialFile::offset_of(root_, kId), 8U);
  append("three");
  EXPECT_EQ(hash(), sha256_hex("one two three"));
  std::filesystem::remove(root_ + "/.open/" + kId + ".sum");
  EXPECT_EQ(hash(), sha256_hex("one two three"));
  std::ofstream(root_ + "/.open/" + kId + ".sum") << "no sum";
  EXPECT_EQ(hash(), sha256_hex("one two three"));
}

TEST_F(PartialFileTest, AChunkCountsAsAWholeOrNotAtAll) {
  append("one ");
  const auto sum_of = [](std::string_view bytes) {
    Checksum sum = *Checksum::of("sha1");
    sum.update(bytes);
    return ChunkSum{"sha1", sum.finish()};
  };
  {
    PartialFile file(root_, kId);
    file.begin_chunk(sum_of("two "));
    file.write("tw");
    file.write("o ");
    file.end_chunk();
    file.begin_chunk(sum_of("three"));
    file.write("other");
    EXPECT_THROW(file.end_chunk(), Rejected);
    EXPECT_EQ(file.offset(), 8U);
    file.begin_chunk(sum_of("three"));
    file.write("thr");
    EXPECT_EQ(PartialFile::offset_of(root_, kId), 8U) << "while it is under way";
  }
  EXPECT_EQ(PartialFile::offset_of(root_, kId), 8U) << "broken off";
  append("three");
  EXPECT_EQ(hash(), sha256_hex("one two three"));
}

TEST_F(PartialFileTest, IsWrittenByOneAtATime) {
  const PartialFile first(root_, kId);
  try {
    open();
    FAIL() << "opened twice";
  } catch (const Rejected& rejected) {
    EXPECT_EQ(rejected.refusal(), Refusal::upload_busy);
  }
}

TEST_F(PartialFileTest, IsGoneWhenRemoved) {
  append("one");
  PartialFile::remove(root_, kId);
  EXPECT_TRUE(std::filesystem::is_empty(root_ + "/.open"));
  EXPECT_FALSE(PartialFile::offset_of(root_, kId));
  EXPECT_THROW(open(), Rejected);
}

TEST_F(PartialFileTest, LeavesNothingWhenRemovedWhileItIsOpen) {
  append_and_die("one");
  {
    PartialFile file = open();
    file.give_up();
    PartialFile::remove(root_, kId);
  }
  EXPECT_TRUE(std::filesystem::is_empty(root_ + "/.open"));
}

TEST_F(PartialFileTest, IsListedWhenNobodyWritesToIt) {
  append("one");
  EXPECT_TRUE(PartialFile::unused_since(root_, std::chrono::hours(1)).empty());
  const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(2);
  for (const auto& file : std::filesystem::directory_iterator(root_ + "/.open"))
    std::filesystem::last_write_time(file, long_ago);
  const std::vector<std::string> ids = PartialFile::unused_since(root_, std::chrono::hours(1));
  EXPECT_EQ(ids, std::vector<std::string>(1, kId)) << "once, its sum included";
  EXPECT_TRUE(PartialFile::unused_since(root_ + "/nowhere", std::chrono::hours(1)).empty());
}

}  // namespace
}  // namespace chat::store
