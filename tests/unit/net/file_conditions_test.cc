#include "net/file_conditions.h"

#include <gtest/gtest.h>

#include "net/http_response.h"

namespace chat::net {
namespace {

const FileFacts kFile{.size = 1000, .modified = 784111777, .etag = "\"abc\""};

FileConditions with_range(const std::string& range, const std::string& if_range = "") {
  FileConditions conditions;
  conditions.range = range;
  conditions.if_range = if_range;
  return conditions;
}

TEST(FileConditionsTest, Ranges) {
  const struct {
    const char* range;
    int status;
    std::uint64_t offset;
    std::uint64_t length;
  } cases[] = {
      {"", 200, 0, 1000},
      {"bytes=0-0", 206, 0, 1},
      {"bytes=0-999", 206, 0, 1000},
      {"bytes=0-1000", 206, 0, 1000},
      {"BYTES= 100-199 ", 206, 100, 100},
      {"bytes=500-", 206, 500, 500},
      {"bytes=-1", 206, 999, 1},
      {"bytes=-5000", 206, 0, 1000},
      {"bytes=999-99999999999999999999999", 206, 999, 1},
      {"bytes=1000-", 416, 0, 0},
      {"bytes=1000-2000", 416, 0, 0},
      {"bytes=99999999999999999999999-", 416, 0, 0},
      {"bytes=-0", 416, 0, 0},
      // Not to be honoured: the whole file.
      {"bytes=0-0,5-6", 200, 0, 1000},
      {"bytes=5-4", 200, 0, 1000},
      {"bytes=", 200, 0, 1000},
      {"bytes=-", 200, 0, 1000},
      {"bytes=a-b", 200, 0, 1000},
      {"bytes=1-b", 200, 0, 1000},
      {"bytes=+1-2", 200, 0, 1000},
      {"bytes=--2", 200, 0, 1000},
      {"bytes=1", 200, 0, 1000},
      {"lines=0-1", 200, 0, 1000},
      {"bytes 0-1", 200, 0, 1000},
  };
  for (const auto& [range, status, offset, length] : cases) {
    const FilePart part = choose_part(kFile, with_range(range));
    EXPECT_EQ(part.status, status) << range;
    EXPECT_EQ(part.offset, offset) << range;
    EXPECT_EQ(part.length, length) << range;
  }
}

TEST(FileConditionsTest, AnEmptyFileHasNoRange) {
  const FileFacts empty{.size = 0, .modified = 1, .etag = "\"e\""};
  EXPECT_EQ(choose_part(empty, with_range("bytes=0-")).status, 416);
  EXPECT_EQ(choose_part(empty, with_range("bytes=-5")).status, 416);
  EXPECT_EQ(choose_part(empty, with_range("")).status, 200);
}

TEST(FileConditionsTest, IfRangeWantsTheSameFile) {
  const std::string date = http_date(kFile.modified);
  EXPECT_EQ(choose_part(kFile, with_range("bytes=0-0", "\"abc\"")).status, 206);
  EXPECT_EQ(choose_part(kFile, with_range("bytes=0-0", "\"old\"")).status, 200);
  EXPECT_EQ(choose_part(kFile, with_range("bytes=0-0", "W/\"abc\"")).status, 200);
  EXPECT_EQ(choose_part(kFile, with_range("bytes=0-0", date)).status, 206);
  EXPECT_EQ(choose_part(kFile, with_range("bytes=0-0", http_date(1))).status, 200);
}

TEST(FileConditionsTest, IfNoneMatch) {
  const auto status = [](const std::string& tags) {
    FileConditions conditions;
    conditions.has_if_none_match = true;
    conditions.if_none_match = tags;
    conditions.if_modified_since = http_date(kFile.modified);  // is overruled
    return choose_part(kFile, conditions).status;
  };
  EXPECT_EQ(status("\"abc\""), 304);
  EXPECT_EQ(status("W/\"abc\""), 304);
  EXPECT_EQ(status("\"x\", \"abc\""), 304);
  EXPECT_EQ(status("*"), 304);
  EXPECT_EQ(status("\"x\""), 200);
  EXPECT_EQ(status("abc"), 200);
  EXPECT_EQ(status("\"abc"), 200);
  EXPECT_EQ(status(""), 200);
}

TEST(FileConditionsTest, IfModifiedSince) {
  const auto status = [](const std::string& date) {
    FileConditions conditions;
    conditions.if_modified_since = date;
    return choose_part(kFile, conditions).status;
  };
  EXPECT_EQ(status(http_date(kFile.modified)), 304);
  EXPECT_EQ(status(http_date(kFile.modified + 1)), 304);
  EXPECT_EQ(status(http_date(kFile.modified - 1)), 200);
  EXPECT_EQ(status("yesterday"), 200);
}

TEST(AcceptEncodingTest, NamesWeightsAndStars) {
  const struct {
    const char* value;
    bool accepts_br;
  } cases[] = {
      {"", false},
      {"br", true},
      {"BR", true},
      {"gzip, deflate, br", true},
      {"gzip, deflate", false},
      {"br;q=0", false},
      {"br; q=0.000", false},
      {"br;q=0.001", true},
      {"br ; q=1", true},
      {"*", true},
      {"*;q=0", false},
      {"identity;q=1, *;q=0", false},
      {"br;q=0, *", false},
      {"*, br;q=0", false},
      {"brx", false},
      {",,br,", true},
  };
  for (const auto& [value, accepts_br] : cases) {
    EXPECT_EQ(accepts_coding(value, "br"), accepts_br) << value;
  }
}

}  // namespace
}  // namespace chat::net
