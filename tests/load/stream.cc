#include "load/stream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace load {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// IPv4 only; the port is chosen when it connects, so that many more connections fit than ports.
void bind_to(int socket, const std::string& from) {
  const int on = 1;
  setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  inet_pton(AF_INET, from.c_str(), &name.sin_addr);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&name), sizeof name) < 0) fail("bind");
}

}  // namespace

std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> make_tls_context() {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                            &SSL_CTX_free);
  SSL_CTX_set_read_ahead(context.get(), 1);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

Stream::Stream(const Endpoint& server, SSL_CTX* tls, SSL_SESSION* session) {
  sockaddr_in6 v6{};
  sockaddr_in v4{};
  const bool is_v6 = inet_pton(AF_INET6, server.host.c_str(), &v6.sin6_addr) == 1;
  if (!is_v6 && inet_pton(AF_INET, server.host.c_str(), &v4.sin_addr) != 1)
    throw std::runtime_error("not a numeric address: " + server.host);
  v6.sin6_family = AF_INET6;
  v4.sin_family = AF_INET;
  v6.sin6_port = v4.sin_port = htons(server.port);
  const auto* address =
      is_v6 ? reinterpret_cast<const sockaddr*>(&v6) : reinterpret_cast<const sockaddr*>(&v4);
  socket_.reset(::socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket_) fail("socket");
  const int on = 1;
  setsockopt(fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!server.from.empty()) bind_to(fd(), server.from);
  if (::connect(fd(), address, is_v6 ? sizeof v6 : sizeof v4) < 0 && errno != EINPROGRESS)
    fail("connect");
  if (tls == nullptr) return;
  ssl_.reset(SSL_new(tls));
  SSL_set_fd(ssl_.get(), fd());
  if (session != nullptr) SSL_set_session(ssl_.get(), session);
}

bool Stream::connected() {
  if (ready_) return true;
  if (!tcp_ready_) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) throw std::system_error(error, std::generic_category(), "connect");
    tcp_ready_ = true;
  }
  if (ssl_) {
    ERR_clear_error();
    const int done = SSL_connect(ssl_.get());
    if (done <= 0) {
      const int error = SSL_get_error(ssl_.get(), done);
      if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return false;
      throw std::runtime_error("TLS handshake failed");
    }
  }
  ready_ = true;
  return true;
}

int Stream::read(std::span<char> buffer) {
  if (ssl_) {
    ERR_clear_error();
    const int got = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (got > 0) return got;
    const int error = SSL_get_error(ssl_.get(), got);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? 0 : -1;
  }
  const auto got = ::recv(fd(), buffer.data(), buffer.size(), 0);
  if (got > 0) return static_cast<int>(got);
  return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

bool Stream::may_have_more(int got, std::size_t size) const {
  return ssl_ ? SSL_has_pending(ssl_.get()) == 1 : static_cast<std::size_t>(got) == size;
}

void Stream::end_by_reset() {
  const linger reset{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

void Stream::write(std::string_view bytes) {
  unsent_ += bytes;
  flush();
}

void Stream::flush() {
  while (sent_ < unsent_.size()) {
    const std::string_view rest = std::string_view(unsent_).substr(sent_);
    ssize_t sent;
    if (ssl_) {
      ERR_clear_error();
      sent = SSL_write(ssl_.get(), rest.data(), static_cast<int>(rest.size()));
    } else {
      sent = ::send(fd(), rest.data(), rest.size(), MSG_NOSIGNAL);
    }
    // An error shows at the next read.
    if (sent <= 0) return;
    sent_ += static_cast<std::size_t>(sent);
  }
  std::string().swap(unsent_);
  sent_ = 0;
}

}  // namespace load
