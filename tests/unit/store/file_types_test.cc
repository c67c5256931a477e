#include "store/file_types.h"

#include <gtest/gtest.h>

namespace chat::store {
namespace {

using namespace std::string_literals;

std::string extension_of(const std::string& bytes) {
  const std::optional<FileType> type = accepted_type(sniff(bytes));
  return type ? std::string(type->folder) + '/' + std::string(type->extension) : "refused";
}

TEST(FileTypesTest, SniffsAsPhpDoes) {
  EXPECT_EQ(sniff("\x7f\x45LF\2\1\1\0\0\0\0\0\0\0\0\0\2\0>\0\1\0\0\0"s),
            "application/x-executable; charset=binary");
  EXPECT_EQ(sniff("hello\n"), "text/plain; charset=us-ascii");
}

TEST(FileTypesTest, KeepsPicturesSoundTextAndOffice) {
  EXPECT_EQ(extension_of("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\n\0\0\0\n\x08\2\0\0\0"s),
            "image/png");
  EXPECT_EQ(extension_of("GIF89a\1\0\1\0\0\0\0;"s), "image/gif");
  EXPECT_EQ(extension_of("ID3\3\0\0\0\0\0\x0aTIT2\0\0\0\0\0\0\xff\xfb\x90\x64"s), "music/mp3");
  EXPECT_EQ(extension_of("a,b\n1,2\n"), "document/txt");
  EXPECT_EQ(extension_of("<!doctype html><script>alert(1)</script>"), "document/txt")
      << "never runs in a browser";
  EXPECT_EQ(
      accepted_type("application/vnd.openxmlformats-officedocument.wordprocessingml.document; "
                    "charset=binary")
          ->extension,
      "docx");
}

TEST(FileTypesTest, RefusesTheRest) {
  EXPECT_EQ(extension_of(""), "refused");
  EXPECT_EQ(extension_of("MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0"s), "refused");
  EXPECT_EQ(extension_of("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), "refused");
  EXPECT_EQ(extension_of(R"(<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>)"),
            "refused");
  EXPECT_FALSE(accepted_type("image/svg+xml; charset=us-ascii"));
  EXPECT_FALSE(accepted_type("text/plain; charset=binary"));
  EXPECT_FALSE(accepted_type("image/"));
  EXPECT_FALSE(accepted_type(""));
}

}  // namespace
}  // namespace chat::store
