// The floor of the bench: the least that a WebSocket server on libevent and OpenSSL can do. It
// upgrades whoever asks, and sends every message to everybody, unparsed, unchecked, unordered and
// unstored.
//
//   floor PORT [CERTIFICATE KEY]
#include <arpa/inet.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Connection;

event_base* base;
SSL_CTX* tls;
std::vector<Connection*> everybody;
std::array<char, 65536> buffer;

struct Connection {
  explicit Connection(int socket) : fd(socket) {}

  int fd;
  SSL* ssl = nullptr;
  std::size_t place = 0;  // in everybody, once upgraded
  bool upgraded = false;
  std::string in, out;  // incomplete, unsent
  event readable, writable;

  void on_readable();
  void on_writable() { send({}); }
  bool take_head();
  void take_frames();
  void send(std::string_view bytes);
  void end();
};

// Bytes read or written; 0: not now; -1: it is over.
template <class Plain, class Tls>
ssize_t io(SSL* ssl, Plain plain, Tls through_tls) {
  if (ssl == nullptr) {
    const ssize_t count = plain();
    return count > 0 ? count : count < 0 && errno == EAGAIN ? 0 : -1;
  }
  ERR_clear_error();
  const int count = through_tls();
  if (count > 0) return count;
  const int error = SSL_get_error(ssl, count);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

void Connection::on_readable() {
  do {
    const ssize_t count = io(
        ssl, [&] { return recv(fd, buffer.data(), buffer.size(), 0); },
        [&] { return SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size())); });
    if (count < 0) return end();
    if (count == 0) return;
    in.append(buffer.data(), static_cast<std::size_t>(count));
    if (!upgraded && !take_head()) continue;
    take_frames();
  } while (ssl != nullptr && SSL_has_pending(ssl) == 1);
}

bool Connection::take_head() {
  const auto head_end = in.find("\r\n\r\n");
  if (head_end == std::string::npos) return false;
  constexpr std::string_view kKey = "Sec-WebSocket-Key: ";
  const auto key = in.find(kKey);
  if (key == std::string::npos || key > head_end) return false;
  const std::string text =
      in.substr(key + kKey.size(), 24) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, 20> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, 29> accept;
  EVP_EncodeBlock(accept.data(), digest.data(), 20);
  in.erase(0, head_end + 4);
  upgraded = true;
  place = everybody.size();
  everybody.push_back(this);
  send(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      std::string(reinterpret_cast<char*>(accept.data()), 28) + "\r\n\r\n");
  return true;
}

// Frames of at most 64 kB, as browsers send them: whole and masked.
void Connection::take_frames() {
  std::size_t used = 0;
  while (in.size() - used >= 6) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(in.data()) + used;
    std::size_t length = bytes[1] & 127, header = 6;
    if (length == 126) {
      length = static_cast<std::size_t>(bytes[2]) << 8 | bytes[3];
      header = 8;
    }
    if (in.size() - used < header + length) break;
    const unsigned char* mask = bytes + header - 4;
    std::string frame(1, static_cast<char>(bytes[0]));
    if (length < 126)
      frame += static_cast<char>(length);
    else
      frame.append({126, static_cast<char>(length >> 8), static_cast<char>(length & 255)});
    for (std::size_t i = 0; i < length; ++i)
      frame += static_cast<char>(bytes[header + i] ^ mask[i % 4]);
    used += header + length;
    if ((frame[0] & 15) > 2) continue;  // nobody pings the floor
    for (Connection* each : everybody) each->send(frame);
  }
  in.erase(0, used);
  if (in.empty()) std::string().swap(in);
}

void Connection::send(std::string_view bytes) {
  std::string_view rest = bytes;
  if (!out.empty()) {
    out += bytes;
    rest = out;
  }
  while (!rest.empty()) {
    const ssize_t count = io(
        ssl, [&] { return ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL); },
        [&] { return SSL_write(ssl, rest.data(), static_cast<int>(rest.size())); });
    if (count <= 0) break;  // an end shows at the next read
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  const bool blocked = !rest.empty();
  if (blocked && event_pending(&writable, EV_WRITE, nullptr) == 0) event_add(&writable, nullptr);
  out = std::string(rest);
}

void Connection::end() {
  if (upgraded) {
    everybody[place] = everybody.back();
    everybody[place]->place = place;
    everybody.pop_back();
  }
  event_del(&readable);
  event_del(&writable);
  SSL_free(ssl);
  close(fd);
  delete this;
}

void on_readable(int, short, void* connection) {
  static_cast<Connection*>(connection)->on_readable();
}
void on_writable(int, short, void* connection) {
  static_cast<Connection*>(connection)->on_writable();
}

void on_connections(int listener, short, void*) {
  for (int fd; (fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto* connection = new Connection(fd);
    if (tls != nullptr) {
      connection->ssl = SSL_new(tls);
      SSL_set_fd(connection->ssl, fd);
      SSL_set_accept_state(connection->ssl);
    }
    event_assign(&connection->readable, base, fd, EV_READ | EV_PERSIST, on_readable, connection);
    event_assign(&connection->writable, base, fd, EV_WRITE, on_writable, connection);
    event_add(&connection->readable, nullptr);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 4) return std::fputs("floor PORT [CERTIFICATE KEY]\n", stderr), 2;
  std::signal(SIGPIPE, SIG_IGN);
  if (argc == 4) {
    tls = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_use_certificate_chain_file(tls, argv[2]);
    SSL_CTX_use_PrivateKey_file(tls, argv[3], SSL_FILETYPE_PEM);
  }
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[1])));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0 ||
      listen(listener, 1024) < 0)
    return std::perror("floor"), 1;
  base = event_base_new();
  event* accepting = event_new(base, listener, EV_READ | EV_PERSIST, on_connections, nullptr);
  event_add(accepting, nullptr);
  event_base_dispatch(base);
}
