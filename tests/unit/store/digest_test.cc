#include "store/digest.h"

#include <gtest/gtest.h>

namespace chat::store {
namespace {

// The examples of FIPS 180-2.
TEST(DigestTest, IsSha256) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(DigestTest, TakesBytesAsTheyCome) {
  Sha256 digest;
  digest.update("a");
  digest.update("");
  digest.update("bc");
  EXPECT_EQ(digest.finish(), sha256_hex("abc"));
}

}  // namespace
}  // namespace chat::store
