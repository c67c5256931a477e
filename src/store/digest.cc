// The state of a sum that goes on in another process is to be had from the older calls alone.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "store/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

namespace chat::store {
namespace {

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const char byte : bytes) {
    hex += kDigits[static_cast<unsigned char>(byte) >> 4];
    hex += kDigits[static_cast<unsigned char>(byte) & 15U];
  }
  return hex;
}

}  // namespace

static_assert(std::is_trivially_copyable_v<SHA256_CTX>);

Sha256::Sha256() { SHA256_Init(&context_); }

void Sha256::update(std::string_view bytes) {
  SHA256_Update(&context_, bytes.data(), bytes.size());
}

std::string Sha256::finish() {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256_Final(reinterpret_cast<unsigned char*>(digest.data()), &context_);
  return hex_of(digest);
}

std::string Sha256::state() const {
  return {reinterpret_cast<const char*>(&context_), sizeof context_};
}

std::optional<Sha256> Sha256::from_state(std::string_view state) {
  Sha256 digest;
  if (state.size() != sizeof digest.context_) return std::nullopt;
  std::memcpy(&digest.context_, state.data(), state.size());
  const bool sound =
      digest.context_.num < SHA256_CBLOCK && digest.context_.md_len == SHA256_DIGEST_LENGTH;
  return sound ? std::optional(digest) : std::nullopt;
}

void Checksum::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

std::optional<Checksum> Checksum::of(const std::string& algorithm) {
  if (algorithm != "sha1" && algorithm != "sha256") return std::nullopt;
  Context context(EVP_MD_CTX_new());
  const EVP_MD* const kind = algorithm == "sha1" ? EVP_sha1() : EVP_sha256();
  if (!context || EVP_DigestInit_ex(context.get(), kind, nullptr) != 1) throw std::bad_alloc();
  return Checksum(std::move(context));
}

void Checksum::update(std::string_view bytes) {
  EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
}

std::string Checksum::finish() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(context_.get(), digest, &size);
  return {reinterpret_cast<const char*>(digest), size};
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 digest;
  digest.update(bytes);
  return digest.finish();
}

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  unsigned char code[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), code, &size);
  return hex_of({reinterpret_cast<const char*>(code), size});
}

}  // namespace chat::store
