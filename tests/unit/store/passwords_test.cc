#include "store/passwords.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>

namespace chat::store {
namespace {

// Made by PHP's password_hash("secret12", PASSWORD_BCRYPT).
const std::string php_bcrypt = "$2y$10$BaKEvTq7Keix5aavYven0OxAYtJnBysHN6e2ETt5aHbCrRsqSyMZm";

TEST(PasswordsTest, HashesAreCurrentAndSalted) {
  const std::string hash = hash_password("secret12");
  EXPECT_EQ(hash.find("$argon2id$v=19$m=19456,t=2,p=1$"), 0U);
  EXPECT_NE(hash_password("secret12"), hash);
  EXPECT_EQ(verify_password("secret12", hash), Verdict::yes);
  EXPECT_EQ(verify_password("secret13", hash), Verdict::no);
}

TEST(PasswordsTest, VerifiesTheOriginalsBcryptAndAsksForANewHash) {
  EXPECT_EQ(verify_password("secret12", php_bcrypt), Verdict::yes_but_rehash);
  EXPECT_EQ(verify_password("secret13", php_bcrypt), Verdict::no);
  EXPECT_EQ(verify_password(std::string("secret12\0x", 10), php_bcrypt), Verdict::no);
}

TEST(PasswordsTest, AsksForANewHashOfOtherArgon2idCosts) {
  // With the costs of PHP's PASSWORD_ARGON2ID.
  const std::string php_argon2id =
      "$argon2id$v=19$m=65536,t=4,p=1$+i4Dc9opUEchVSVMQwg59g"
      "$etYFUGdErfiCvT5SzK4NLBM7tFlnl2uk4j1f4QaZT2w";
  EXPECT_EQ(verify_password("secret12", php_argon2id), Verdict::yes_but_rehash);
  EXPECT_EQ(verify_password("secret13", php_argon2id), Verdict::no);
}

TEST(PasswordsTest, AnyBytesMayBeAPassword) {
  for (const std::string& password :
       {std::string(), std::string("a\0b", 3), std::string(5000, 'x'), std::string("密码🙂")}) {
    EXPECT_EQ(verify_password(password, hash_password(password)), Verdict::yes);
  }
  EXPECT_EQ(verify_password(std::string("a\0c", 3), hash_password(std::string("a\0b", 3))),
            Verdict::no);
}

TEST(PasswordsTest, NoPasswordFitsWhatIsNoHash) {
  for (const char* hash : {"", "secret12", "$2y$", "$2y$10$short", "$argon2id$",
                           "$argon2id$v=19$m=1", "$1$salt$abc", "*0"}) {
    EXPECT_EQ(verify_password("secret12", hash), Verdict::no) << hash;
    EXPECT_EQ(verify_password("", hash), Verdict::no) << hash;
  }
}

TEST(PasswordsTest, PretendingTakesAsLong) {
  const std::string hash = hash_password("secret12");
  pretend_to_verify("warm up");
  const auto computed = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  // Time of computing, and the least of some: other processes can only add.
  const auto time_of = [&](auto&& work) {
    double least = 1e9;
    for (int i = 0; i < 15; ++i) {
      const double start = computed();
      work();
      least = std::min(least, computed() - start);
    }
    return least;
  };
  const double real = time_of([&] { verify_password("wrong", hash); });
  const double pretended = time_of([&] { pretend_to_verify("wrong"); });
  EXPECT_NEAR(pretended / real, 1.0, 0.3);
}

}  // namespace
}  // namespace chat::store
