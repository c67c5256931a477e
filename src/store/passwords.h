// Password hashes: pure functions that take tens of milliseconds, so they run on the thread pool.
#pragma once

#include <string>
#include <string_view>

namespace chat::store {

enum class Verdict {
  no,
  yes,
  yes_but_rehash,  // hashed in another way than now: hash the password again and store it
};

// `hash` is what PHP's password_hash() made, bcrypt or argon2id, or hash_password(). A hash of any
// other form fits no password.
Verdict verify_password(const std::string& password, const std::string& hash);

// Takes as long as verify_password() of a current hash; for names that nobody has, so that time
// does not tell them from others.
void pretend_to_verify(const std::string& password);

// Argon2id, 19 MiB, two passes, salted. Throws std::bad_alloc when that memory cannot be had.
std::string hash_password(const std::string& password);

}  // namespace chat::store
