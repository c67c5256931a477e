#include "store/script.h"

#include <openssl/sha.h>

namespace chat::store {
namespace {

std::string sha1_hex(const std::string& text) {
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

}  // namespace

Script::Script(std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) text_ += part;
  digest_ = sha1_hex(text_);
}

}  // namespace chat::store
