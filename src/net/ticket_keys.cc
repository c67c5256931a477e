#include "net/ticket_keys.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace chat::net {
namespace {

// What OpenSSL expects of the callback (SSL_CTX_set_tlsext_ticket_key_evp_cb(3)).
constexpr int kFailed = -1;
constexpr int kNoSuchKey = 0;
constexpr int kUseTicket = 1;
constexpr int kRenewTicket = 2;

bool prepare_mac(EVP_MAC_CTX* mac, const TicketKeys::Key& key) {
  char digest[] = "SHA256";
  auto* secret = const_cast<unsigned char*>(key.hmac.data());
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, secret, key.hmac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end(),
  };
  return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

int seal_or_open(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                 EVP_MAC_CTX* mac, int sealing) {
  const auto* keys = static_cast<const TicketKeys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (sealing != 0) {
    const TicketKeys::Key& key = keys->current();
    std::copy(key.name.begin(), key.name.end(), name);
    const bool ready =
        RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1 &&
        EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.aes.data(), iv) == 1 &&
        prepare_mac(mac, key);
    return ready ? kUseTicket : kFailed;
  }
  const TicketKeys::Key* key = keys->find(name);
  if (key == nullptr) return kNoSuchKey;
  const bool ready =
      EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key->aes.data(), iv) == 1 &&
      prepare_mac(mac, *key);
  if (!ready) return kFailed;
  // Clients use a ticket of TLS 1.3 once: without a new one every other connection is a full
  // handshake.
  const bool is_fresh = key == &keys->current() && SSL_version(ssl) != TLS1_3_VERSION;
  return is_fresh ? kUseTicket : kRenewTicket;
}

}  // namespace

TicketKeys::TicketKeys() {
  void* memory =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "ticket keys");
  madvise(memory, sizeof(Shared), MADV_DONTDUMP);
  shared_ = static_cast<Shared*>(memory);
  rotate();
}

TicketKeys::~TicketKeys() { munmap(shared_, sizeof(Shared)); }

void TicketKeys::rotate() {
  std::array<unsigned char, sizeof(Key)> bytes{};
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) {
    throw std::system_error(EIO, std::generic_category(), "no random bytes for ticket keys");
  }
  push(bytes.data());
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

void TicketKeys::push(const unsigned char* bytes) {
  const std::uint64_t next = shared_->generation.load(std::memory_order_relaxed) + 1;
  std::memcpy(&shared_->slots[next % kSlots], bytes, sizeof(Key));
  shared_->generation.store(next, std::memory_order_release);
}

std::string TicketKeys::to_text() const {
  const std::uint64_t generation = shared_->generation.load(std::memory_order_acquire);
  std::string text;
  for (std::uint64_t i = std::max<std::uint64_t>(generation, 2) - 1; i <= generation; ++i) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(&shared_->slots[i % kSlots]);
    std::array<char, 2 * sizeof(Key) + 1> digits{};
    OPENSSL_buf2hexstr_ex(digits.data(), digits.size(), nullptr, bytes, sizeof(Key), '\0');
    text += digits.data();
  }
  return text;
}

bool TicketKeys::adopt(std::string_view text) {
  std::array<unsigned char, 2 * sizeof(Key)> bytes{};
  std::size_t size = 0;
  const bool read = OPENSSL_hexstr2buf_ex(bytes.data(), bytes.size(), &size,
                                          std::string(text).c_str(), '\0') == 1;
  if (!read || size == 0 || size % sizeof(Key) != 0) return false;
  for (std::size_t place = 0; place < size; place += sizeof(Key)) push(bytes.data() + place);
  return true;
}

const TicketKeys::Key& TicketKeys::current() const {
  return shared_->slots[shared_->generation.load(std::memory_order_acquire) % kSlots];
}

const TicketKeys::Key* TicketKeys::find(const unsigned char* name) const {
  const std::uint64_t generation = shared_->generation.load(std::memory_order_acquire);
  const std::uint64_t oldest = std::max<std::uint64_t>(generation, 2) - 1;
  for (std::uint64_t i = generation; i >= oldest; --i) {
    const Key& key = shared_->slots[i % kSlots];
    if (std::memcmp(key.name.data(), name, key.name.size()) == 0) return &key;
  }
  return nullptr;
}

void TicketKeys::install(ssl_ctx_st* context) {
  SSL_CTX_set_app_data(context, this);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, seal_or_open);
}

}  // namespace chat::net
