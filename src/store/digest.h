// SHA-256, in one piece or as the bytes come; sums of other kinds that clients may ask for.
#pragma once

#include <openssl/sha.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace chat::store {

class Sha256 {
 public:
  Sha256();
  void update(std::string_view bytes);

  // 64 hex digits; call once.
  std::string finish();

  // What to go on from later, in another process of the same machine.
  std::string state() const;

  // Goes on from a state; nothing when that is none.
  static std::optional<Sha256> from_state(std::string_view state);

 private:
  SHA256_CTX context_{};
};

// A sum of a kind that is named when the program runs.
class Checksum {
 public:
  // `algorithm`: "sha1" or "sha256"; nothing for any other.
  static std::optional<Checksum> of(const std::string& algorithm);

  void update(std::string_view bytes);

  // The bytes of the sum; call once.
  std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  using Context = std::unique_ptr<evp_md_ctx_st, Free>;

  explicit Checksum(Context context) : context_(std::move(context)) {}

  Context context_;
};

std::string sha256_hex(std::string_view bytes);

// The code by which whoever has the key knows that the bytes are theirs; 64 hex digits.
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);

}  // namespace chat::store
