#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace chat::net {
namespace {

// AES-128 first: as strong as X25519, and the cheapest per byte.
constexpr const char* kTls13Ciphers =
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
constexpr const char* kTls12Ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr unsigned char kAlpn[] = "\x08http/1.1";

std::string openssl_reason() {
  const unsigned long code = ERR_peek_error();  // the first one is the cause of the others
  const char* reason = ERR_reason_error_string(code);
  ERR_clear_error();
  return reason == nullptr ? "unknown error" : reason;
}

std::runtime_error failure(std::string_view what, const std::string& file, std::string_view why) {
  return std::runtime_error("TLS " + std::string(what) + " " + file + ": " + std::string(why));
}

bool is_mismatch() {
  const unsigned long code = ERR_peek_last_error();
  return ERR_GET_LIB(code) == ERR_LIB_X509 && (ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH ||
                                               ERR_GET_REASON(code) == X509_R_KEY_TYPE_MISMATCH);
}

void check_readable(std::string_view what, const std::string& file) {
  if (access(file.c_str(), R_OK) != 0) throw failure(what, file, std::strerror(errno));
}

// A file with a passphrase must fail to load, not ask for it on the terminal.
int note_passphrase(char*, int, int, void* asked) {
  if (asked != nullptr) *static_cast<bool*>(asked) = true;
  return -1;
}

int choose_alpn(SSL*, const unsigned char** chosen, unsigned char* length,
                const unsigned char* offered, unsigned int offered_length, void*) {
  unsigned char* match = nullptr;
  const int outcome =
      SSL_select_next_proto(&match, length, kAlpn, sizeof(kAlpn) - 1, offered, offered_length);
  *chosen = match;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void configure(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, kTls12Ciphers);
  SSL_CTX_set_ciphersuites(context, kTls13Ciphers);
  SSL_CTX_set1_groups_list(context, kGroups);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_alpn_select_cb(context, choose_alpn, nullptr);
  SSL_CTX_set_default_passwd_cb(context, note_passphrase);
}

void load_certificate(SSL_CTX* context, const TlsFiles& files) {
  check_readable("certificate", files.certificate);
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
    throw failure("certificate", files.certificate, openssl_reason());
  }
}

void load_key(SSL_CTX* context, const TlsFiles& files) {
  check_readable("key", files.key);
  bool encrypted = false;
  SSL_CTX_set_default_passwd_cb_userdata(context, &encrypted);
  const bool loaded =
      SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) == 1;
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  if (encrypted) throw failure("key", files.key, "has a passphrase; store it without one");
  if (!loaded && !is_mismatch()) {
    throw failure("key", files.key, "holds no private key in PEM form (" + openssl_reason() + ")");
  }
  if (!loaded || SSL_CTX_check_private_key(context) != 1) {
    throw failure("key", files.key, "does not belong to the certificate " + files.certificate);
  }
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TlsContext::TlsContext(const TlsFiles& files, TicketKeys& keys,
                       std::chrono::seconds ticket_lifetime)
    : keys_(keys), ticket_lifetime_(ticket_lifetime), context_(load(files)) {}

std::optional<std::string> TlsContext::reload(const TlsFiles& files) {
  try {
    context_ = load(files);
    return std::nullopt;
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TlsContext::Context TlsContext::load(const TlsFiles& files) const {
  ERR_clear_error();
  Context context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) throw std::runtime_error("TLS: " + openssl_reason());
  configure(context.get());
  SSL_CTX_set_timeout(context.get(), ticket_lifetime_.count());
  keys_.install(context.get());
  load_certificate(context.get(), files);
  load_key(context.get(), files);
  return context;
}

}  // namespace chat::net
