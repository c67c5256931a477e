#include "support.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "base/clock.h"

namespace chat::net::test {

bool run_until(EventLoop& loop, const std::function<bool()>& done) {
  const auto limit = static_cast<std::uint64_t>(std::chrono::milliseconds(kPatience).count());
  const std::uint64_t end = monotonic_ms() + limit;
  while (!done()) {
    if (monotonic_ms() > end) return false;
    loop.run_once(std::chrono::milliseconds(1));
  }
  return true;
}

SocketPair make_tcp_pair() {
  const UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  auto* name = reinterpret_cast<sockaddr*>(&address);
  SocketPair pair;
  pair.client.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (bind(listener.get(), name, length) != 0 || listen(listener.get(), 1) != 0 ||
      getsockname(listener.get(), name, &length) != 0 ||
      connect(pair.client.get(), name, length) != 0) {
    throw std::runtime_error("no loopback connection");
  }
  pair.server.reset(accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  fcntl(pair.client.get(), F_SETFL, O_NONBLOCK);
  return pair;
}

TempFolder::TempFolder() {
  char name[] = "/tmp/chatd-net-test-XXXXXX";
  if (mkdtemp(name) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TempFolder::~TempFolder() { std::filesystem::remove_all(path_); }

std::string TempFolder::write(const std::string& name, std::string_view content) const {
  const std::filesystem::path file = std::filesystem::path(path_) / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
  return file;
}

TlsFiles make_certificate(const TempFolder& folder, const std::string& name) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  X509_sign(certificate, key, EVP_sha256());

  TlsFiles files{folder.path() + "/" + name + ".pem", folder.path() + "/" + name + ".key"};
  FILE* out = std::fopen(files.certificate.c_str(), "w");
  PEM_write_X509(out, certificate);
  std::fclose(out);
  out = std::fopen(files.key.c_str(), "w");
  PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return files;
}

Client::~Client() {
  // OpenSSL holds a session that was not shut down for unfit to be resumed.
  if (tls_ != nullptr) SSL_set_shutdown(tls_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(tls_);
  SSL_CTX_free(context_);
}

Client::Client(Client&& other) noexcept
    : socket_(std::move(other.socket_)),
      context_(std::exchange(other.context_, nullptr)),
      tls_(std::exchange(other.tls_, nullptr)),
      outgoing_(std::move(other.outgoing_)),
      received_(std::move(other.received_)),
      read_limit_(other.read_limit_),
      closed_(other.closed_),
      reset_(other.reset_),
      close_notify_(other.close_notify_) {}

void Client::start_tls(ssl_session_st* session, int max_version, const char* alpn) {
  context_ = SSL_CTX_new(TLS_client_method());
  if (max_version != 0) SSL_CTX_set_max_proto_version(context_, max_version);
  SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
  tls_ = SSL_new(context_);
  if (alpn != nullptr) {
    const std::string wire =
        std::string(1, static_cast<char>(std::string_view(alpn).size())) + alpn;
    SSL_set_alpn_protos(tls_, reinterpret_cast<const unsigned char*>(wire.data()),
                        static_cast<unsigned>(wire.size()));
  }
  SSL_set_fd(tls_, socket_.get());
  SSL_set_connect_state(tls_);
  if (session != nullptr) SSL_set_session(tls_, session);
}

void Client::pump() {
  if (closed_) return;
  if (tls_ != nullptr) return pump_tls();
  if (!outgoing_.empty()) {
    const ssize_t sent = ::send(socket_.get(), outgoing_.data(), outgoing_.size(), MSG_NOSIGNAL);
    if (sent > 0) outgoing_.erase(0, static_cast<std::size_t>(sent));
  }
  char buffer[16 * 1024];
  while (received_.size() < read_limit_ && !closed_) {
    const std::size_t most = std::min(sizeof(buffer), read_limit_ - received_.size());
    const ssize_t count = recv(socket_.get(), buffer, most, 0);
    if (count > 0) {
      received_.append(buffer, static_cast<std::size_t>(count));
    } else if (count < 0 && errno == EAGAIN) {
      return;
    } else {
      on_end(count);
    }
  }
}

void Client::pump_tls() {
  ERR_clear_error();
  SSL_do_handshake(tls_);
  if (!outgoing_.empty() && SSL_is_init_finished(tls_) == 1) {
    ERR_clear_error();
    const int sent = SSL_write(tls_, outgoing_.data(), static_cast<int>(outgoing_.size()));
    if (sent > 0) outgoing_.erase(0, static_cast<std::size_t>(sent));
  }
  char buffer[16 * 1024];
  while (received_.size() < read_limit_ && !closed_) {
    ERR_clear_error();
    const std::size_t most = std::min(sizeof(buffer), read_limit_ - received_.size());
    const int count = SSL_read(tls_, buffer, static_cast<int>(most));
    if (count > 0) {
      received_.append(buffer, static_cast<std::size_t>(count));
      continue;
    }
    const int error = SSL_get_error(tls_, count);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
    close_notify_ = error == SSL_ERROR_ZERO_RETURN;
    on_end(close_notify_ ? 0 : -1);
  }
}

void Client::on_end(ssize_t outcome) {
  closed_ = true;
  reset_ = outcome < 0;
}

void Client::shut_down_writing() { shutdown(socket_.get(), SHUT_WR); }

void Client::reset_connection() {
  const linger reset{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  socket_.reset();
  closed_ = true;
}

}  // namespace chat::net::test
