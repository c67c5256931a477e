#include "features/text_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace chat::features {
namespace {

TEST(TextRules, NamesOfAnyScriptArePresentable) {
  for (const char* name : {"ann", "王小明", "Zoë Müller", "Zoe\u0308", "محمد", "😀", "0"})
    EXPECT_TRUE(is_presentable_name(name, 32)) << name;
}

TEST(TextRules, NamesThatDeceiveAreNot) {
  for (const char* name : {"",          " ann",      "ann ",      "a\nb",        "a\x7F",
                           "ann\u00AD", "ann\u3164", "ann\u00A0", "ann\u0085",   "ann\u2028",
                           "a\u202Eb",  "a\u200Bb",  "a\uFEFF",   "a\U000E0041", "\u3000",
                           "ann\u3000", "\u1680",    "a\u2800",   "a\U0001D173", "\u0301",
                           "\uFFFE"})
    EXPECT_FALSE(is_presentable_name(name, 32)) << name;
}

TEST(TextRules, NamesAreMeasuredInCharacters) {
  EXPECT_TRUE(is_presentable_name("王小明", 3));
  EXPECT_FALSE(is_presentable_name("王小明明", 3));
}

TEST(TextRules, PathsOfUploadsHaveAForm) {
  EXPECT_TRUE(is_upload_path("/upload/image/20261121/00/6b00e61aa4fef.png", "/upload/image/"));
  EXPECT_TRUE(is_upload_path("/upload/image/b.png", "/upload/image/"));
  EXPECT_TRUE(is_upload_path("/upload/music/x.mp3", "/upload/"));
  const std::string too_long = "/upload/image/" + std::string(300, 'a');
  const std::string paths[] = {"",
                               "/upload/image/",
                               "/upload/image/..",
                               "/upload/music/x.mp3",
                               "/upload/image/x\" onerror=\"alert(1)",
                               "javascript:alert(1)",
                               "/upload/image/%2e%2e/x.png",
                               "/upload/image/a/",
                               too_long};
  for (const std::string& path : paths)
    EXPECT_FALSE(is_upload_path(path, "/upload/image/")) << path;
}

TEST(TextRules, CharactersAreCountedNotBytes) {
  EXPECT_TRUE(is_at_most("王小明", 3));
  EXPECT_FALSE(is_at_most("王小明", 2));
  EXPECT_TRUE(is_at_most("", 0));
}

TEST(TextRules, IdsHaveAForm) {
  for (const char* id : {"6b00f74ccd8eb", "0", "A-b_9"}) EXPECT_TRUE(is_id(id)) << id;
  for (const std::string& id : {std::string(), std::string("a b"), std::string("a:b"),
                                std::string("é"), std::string(65, 'a')})
    EXPECT_FALSE(is_id(id)) << id;
}

}  // namespace
}  // namespace chat::features
