#include "net/stream.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <new>
#include <utility>

#include "net/tls.h"

namespace chat::net {
namespace {

constexpr std::size_t kVectors = 64;  // pieces in one system call

void count_record(int sent, int, int type, const void*, std::size_t, SSL*, void* source) {
  if (sent == 0 && type == SSL3_RT_HEADER) ++static_cast<RecordSource*>(source)->idle_records;
}

IoStatus status_of(int error, IoStatus blocked) {
  return error == EAGAIN || error == EINTR ? blocked : IoStatus::reset;
}

}  // namespace

Stream::Stream(UniqueFd socket, const TlsContext* tls) : socket_(std::move(socket)) {
  if (tls == nullptr) return;
  source_.socket = socket_.get();
  BIO* const bio = make_socket_bio(source_);
  tls_ = SSL_new(tls->native());
  if (tls_ == nullptr) {
    BIO_free(bio);
    throw std::bad_alloc();
  }
  SSL_set_bio(tls_, bio, bio);
  SSL_set_msg_callback(tls_, count_record);
  SSL_set_msg_callback_arg(tls_, &source_);
  SSL_set_accept_state(tls_);
}

bool Stream::established() const { return tls_ == nullptr || SSL_is_init_finished(tls_) == 1; }

const char* Stream::version() const { return tls_ == nullptr ? "" : SSL_get_version(tls_); }

bool Stream::has_pending() const { return tls_ != nullptr && SSL_has_pending(tls_) == 1; }

Stream::Read Stream::read(std::span<char> buffer) {
  return tls_ == nullptr ? read_plain(buffer) : read_tls(buffer);
}

Stream::Read Stream::read_plain(std::span<char> buffer) {
  const ssize_t count = recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (count > 0) return {static_cast<std::size_t>(count), IoStatus::ok};
  return {0, count == 0 ? IoStatus::ended : status_of(errno, IoStatus::wants_read)};
}

// Decrypts as many records as fit, so that a burst of small messages is handled in one go.
Stream::Read Stream::read_tls(std::span<char> buffer) {
  Read result{0, IoStatus::ok};
  do {
    ERR_clear_error();
    const int count = SSL_read(tls_, buffer.data() + result.count,
                               static_cast<int>(buffer.size() - result.count));
    if (count > 0) {
      result.count += static_cast<std::size_t>(count);
      if (source_.idle_records > 0) --source_.idle_records;  // not an idle one
    } else {
      result.status = tls_status(count);
    }
  } while (result.status == IoStatus::ok && result.count < buffer.size() && has_pending());
  return result;
}

IoStatus Stream::discard(std::span<char> scratch) { return read_plain(scratch).status; }

IoStatus Stream::write(Outbox& outbox, std::span<char> scratch) {
  return tls_ == nullptr ? write_plain(outbox) : write_tls(outbox, scratch);
}

IoStatus Stream::write_plain(Outbox& outbox) {
  iovec vectors[kVectors];
  msghdr message{};
  message.msg_iov = vectors;
  message.msg_iovlen = outbox.gather(vectors);
  const bool single = message.msg_iovlen == 1;  // the common case, and the cheaper call
  const ssize_t count =
      single ? send(socket_.get(), vectors[0].iov_base, vectors[0].iov_len, MSG_NOSIGNAL)
             : sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
  if (count < 0) return status_of(errno, IoStatus::wants_write);
  outbox.consume(static_cast<std::size_t>(count));
  return IoStatus::ok;
}

IoStatus Stream::write_tls(Outbox& outbox, std::span<char> scratch) {
  const auto bytes = outbox.front(scratch);
  ERR_clear_error();
  const int count = SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()));
  if (count <= 0) return tls_status(count);
  outbox.consume(static_cast<std::size_t>(count));
  return IoStatus::ok;
}

IoStatus Stream::finish() {
  if (tls_ != nullptr && established()) {
    ERR_clear_error();
    const int outcome = SSL_shutdown(tls_);
    if (outcome < 0 && tls_status(outcome) == IoStatus::wants_write) return IoStatus::wants_write;
  }
  shutdown(socket_.get(), SHUT_WR);
  return IoStatus::ok;
}

void Stream::acknowledge_end() {
  if (tls_ == nullptr || !established()) return;
  ERR_clear_error();
  SSL_shutdown(tls_);
}

bool Stream::has_error() const {
  int error = 0;
  socklen_t length = sizeof(error);
  getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &length);
  return error != 0;
}

UniqueFd Stream::own_socket() const {
  if (is_tls()) return {};
  return UniqueFd(fcntl(socket_.get(), F_DUPFD_CLOEXEC, 0));
}

bool Stream::takes_bytes() const {
  pollfd state{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
  return poll(&state, 1, 0) > 0;
}

void Stream::close() {
  SSL_free(std::exchange(tls_, nullptr));
  socket_.reset();
}

IoStatus Stream::tls_status(int outcome) const {
  switch (SSL_get_error(tls_, outcome)) {
    case SSL_ERROR_WANT_READ:
      return IoStatus::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return IoStatus::wants_write;
    case SSL_ERROR_ZERO_RETURN:
      return IoStatus::ended;
    case SSL_ERROR_SYSCALL:
      return IoStatus::reset;
    default:
      return IoStatus::tls_failed;
  }
}

}  // namespace chat::net
