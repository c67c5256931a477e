#include "net/socket_bio.h"

#include <openssl/bio.h>
#include <sys/socket.h>

#include <cerrno>
#include <new>

namespace chat::net {
namespace {

RecordSource& source_of(BIO* bio) { return *static_cast<RecordSource*>(BIO_get_data(bio)); }

bool try_again() { return errno == EAGAIN || errno == EINTR; }

int write_socket(BIO* bio, const char* bytes, int size) {
  const ssize_t count =
      send(source_of(bio).socket, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  BIO_clear_retry_flags(bio);
  if (count < 0 && try_again()) BIO_set_retry_write(bio);
  return static_cast<int>(count);
}

int read_socket(BIO* bio, char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  if (source_of(bio).idle_records > kMostIdleRecords) return -1;
  const ssize_t count = recv(source_of(bio).socket, bytes, static_cast<std::size_t>(size), 0);
  if (count < 0 && try_again()) BIO_set_retry_read(bio);
  if (count == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(count);
}

long control_socket(BIO* bio, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;  // nothing is kept back
    case BIO_CTRL_EOF:
      return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    default:
      return 0;
  }
}

BIO_METHOD* make_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
  if (method == nullptr) throw std::bad_alloc();
  BIO_meth_set_write(method, write_socket);
  BIO_meth_set_read(method, read_socket);
  BIO_meth_set_ctrl(method, control_socket);
  return method;
}

}  // namespace

bio_st* make_socket_bio(RecordSource& source) {
  static BIO_METHOD* const method = make_method();  // one for all, as long as the process
  BIO* bio = BIO_new(method);
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, &source);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace chat::net
