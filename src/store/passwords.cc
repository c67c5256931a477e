#include "store/passwords.h"

#include <crypt.h>
#include <sodium.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>

namespace chat::store {
namespace {

constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemory = 19 * 1024 * 1024;

void ensure_sodium() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) throw std::runtime_error("libsodium cannot start");
}

bool fits_argon2id(const std::string& password, const std::string& hash) {
  ensure_sodium();
  errno = 0;
  if (crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0) return true;
  if (errno == ENOMEM) throw std::bad_alloc();
  return false;
}

// crypt() takes C strings: a password with a NUL byte would count only up to it.
bool fits_bcrypt(const std::string& password, const std::string& hash) {
  if (password.find('\0') != std::string::npos) return false;
  const auto scratch = std::make_unique<crypt_data>();
  const char* made = crypt_r(password.c_str(), hash.c_str(), scratch.get());
  return made != nullptr && std::strlen(made) == hash.size() &&
         sodium_memcmp(made, hash.data(), hash.size()) == 0;
}

}  // namespace

Verdict verify_password(const std::string& password, const std::string& hash) {
  if (hash.starts_with("$argon2id$")) {
    if (!fits_argon2id(password, hash)) return Verdict::no;
    const bool old = crypto_pwhash_str_needs_rehash(hash.c_str(), kPasses, kMemory) != 0;
    return old ? Verdict::yes_but_rehash : Verdict::yes;
  }
  if (hash.starts_with("$2y$"))
    return fits_bcrypt(password, hash) ? Verdict::yes_but_rehash : Verdict::no;
  return Verdict::no;
}

void pretend_to_verify(const std::string& password) {
  static const std::string decoy = hash_password("");
  fits_argon2id(password, decoy);
}

std::string hash_password(const std::string& password) {
  ensure_sodium();
  char hash[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(hash, password.data(), password.size(), kPasses, kMemory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw std::bad_alloc();
  return hash;
}

}  // namespace chat::store
