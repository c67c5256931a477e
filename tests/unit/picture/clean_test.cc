#include "picture/clean.h"

#include <gtest/gtest.h>

namespace chat::picture {
namespace {

using namespace std::string_literals;

const std::string kGif =
    "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xfe\6secret\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;secret"s;

TEST(CleanTest, KeepsWhatShows) {
  const auto cleaned = clean(kGif, {});
  ASSERT_TRUE(cleaned);
  EXPECT_EQ(cleaned->bytes.find("secret"), std::string::npos);
  EXPECT_EQ(cleaned->width, 1);
  EXPECT_EQ(cleaned->height, 1);
  EXPECT_FALSE(cleaned->animated);
  EXPECT_TRUE(cleaned->preview.empty());
  EXPECT_EQ(cleaned->placeholder.substr(0, 4), "RIFF");
  EXPECT_EQ(clean(cleaned->bytes, {})->bytes, cleaned->bytes);
}

// Whatever byte is missing or wrong: nothing is read outside (with sanitizers), nothing is thrown.
TEST(CleanTest, SurvivesBrokenBytes) {
  for (std::size_t size = 0; size < kGif.size(); ++size) {
    clean(kGif.substr(0, size), {});
    std::string broken = kGif;
    broken[size] = static_cast<char>(~broken[size]);
    clean(broken, {1000, 640, 16});
  }
  for (const char* signature : {"\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "GIF89a", "RIFF....WEBP"})
    EXPECT_FALSE(clean(signature + std::string(100, '\xff'), {})) << signature;
}

TEST(CleanTest, RefusesMorePixelsThanAllowed) {
  std::string large = kGif;
  large[6] = large[8] = 100;
  EXPECT_FALSE(clean(large, {9'999, 640, 16}));
  EXPECT_TRUE(clean(large, {10'000, 640, 16}));
  std::string frame = kGif;
  frame[kGif.find(",\0\0\0\0\1"s) + 6] = 64;
  EXPECT_FALSE(clean(frame, {10'000, 640, 16})) << "a frame larger than the picture";
}

}  // namespace
}  // namespace chat::picture
