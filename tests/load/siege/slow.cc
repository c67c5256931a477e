#include "load/siege/slow.h"

#include <openssl/ssl.h>
#include <sys/epoll.h>

#include <array>
#include <exception>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "load/clock.h"
#include "load/frames.h"
#include "load/stream.h"

namespace siege {
namespace {

using load::now_ns;

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::size_t kMostReopenedAtOnce = 50;

enum class Manner { silent, hello_in_drops, hello_only, slow_head, slow_body, slow_message };
constexpr Manner kUnderTls[] = {Manner::silent,    Manner::hello_in_drops, Manner::hello_only,
                                Manner::slow_head, Manner::slow_body,      Manner::slow_message};
constexpr Manner kPlain[] = {Manner::silent, Manner::slow_head, Manner::slow_body,
                             Manner::slow_message};

// The first bytes of a TLS connection.
std::string client_hello(SSL_CTX* context) {
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context), &SSL_free);
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), in, out);
  SSL_connect(ssl.get());
  std::array<char, 4096> bytes{};
  const int size = BIO_read(out, bytes.data(), static_cast<int>(bytes.size()));
  return {bytes.data(), static_cast<std::size_t>(size)};
}

class SlowSocket {
 public:
  SlowSocket(const load::Endpoint& server, SSL_CTX* tls, Manner manner, const std::string& hello)
      : stream_(server, speaks_tls(manner) ? tls : nullptr) {
    switch (manner) {
      case Manner::silent:
        break;
      case Manner::hello_in_drops:
        drops_ = hello;
        break;
      case Manner::hello_only:
        first_ = hello;
        break;
      case Manner::slow_head:
        drops_ = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(1000, 'x');
        break;
      case Manner::slow_body:
        first_ =
            "POST /session HTTP/1.1\r\nHost: a\r\nOrigin: https://a\r\nContent-Type: "
            "application/json\r\n"
            "Content-Length: 1000\r\n\r\n";
        drops_ = std::string(1000, ' ');
        break;
      case Manner::slow_message:
        first_ = load::upgrade_request(load::Wire::msgpack, server.host);
        drops_ = load::client_frame(load::kBinary, std::string(1000, 'x'));
        break;
    }
  }

  int fd() const { return stream_.fd(); }
  bool wants_write() const { return stream_.wants_write(); }

  // Goes on; false once the server has ended the connection.
  bool go_on(std::span<char> buffer) {
    if (!stream_.connected()) return true;
    if (!first_.empty()) stream_.write(std::exchange(first_, {}));
    connected_ = true;
    int got = 0;
    while ((got = stream_.read(buffer)) > 0) {
    }
    return got == 0;
  }

  void drip() {
    if (!connected_ || dripped_ == drops_.size()) return;
    stream_.write(std::string_view(drops_).substr(dripped_++, 1));
  }

 private:
  static bool speaks_tls(Manner manner) {
    return manner != Manner::silent && manner != Manner::hello_in_drops &&
           manner != Manner::hello_only;
  }

  load::Stream stream_;
  std::string first_;
  std::string drops_;
  std::size_t dripped_ = 0;
  bool connected_ = false;
};

class Siege {
 public:
  explicit Siege(const Plan& plan)
      : plan_(plan),
        tls_(load::make_tls_context()),
        hello_(client_hello(tls_.get())),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        sockets_(plan.sockets),
        buffer_(65536) {}

  std::string run() {
    const std::uint64_t begun = now_ns();
    const auto end = begun + static_cast<std::uint64_t>(plan_.seconds * 1e9);
    std::uint64_t next_drip = begun + kSecond;
    std::uint64_t open_sum = 0, looks = 0;
    while (now_ns() < end) {
      reopen();
      turn();
      if (now_ns() < next_drip) continue;
      next_drip += kSecond;
      drip();
      open_sum += open_;
      ++looks;
    }
    return "{\"opened\": " + std::to_string(opened_) +
           ", \"ended_by_server\": " + std::to_string(ended_) +
           ", \"open_on_average\": " + std::to_string(looks == 0 ? open_ : open_sum / looks) + "}";
  }

 private:
  void reopen() {
    std::size_t budget = kMostReopenedAtOnce;
    for (std::size_t looked = 0; looked < sockets_.size() && budget > 0 && open_ < sockets_.size();
         ++looked) {
      const std::size_t place = next_++ % sockets_.size();
      if (sockets_[place]) continue;
      --budget;
      const Manner manner =
          plan_.tls ? kUnderTls[place % std::size(kUnderTls)] : kPlain[place % std::size(kPlain)];
      sockets_[place] = std::make_unique<SlowSocket>(
          from_source(plan_, place), plan_.tls ? tls_.get() : nullptr, manner, hello_);
      ++opened_;
      ++open_;
      watch(place, EPOLL_CTL_ADD);
    }
  }

  void turn() {
    std::array<epoll_event, 256> events;
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), 20);
    for (int i = 0; i < count; ++i) go_on(events[static_cast<std::size_t>(i)].data.u64);
  }

  void go_on(std::size_t place) {
    bool open = false;
    try {
      open = sockets_[place]->go_on(buffer_);
    } catch (const std::exception&) {  // refused, or reset in the handshake
    }
    if (open) return watch(place, EPOLL_CTL_MOD);
    sockets_[place].reset();
    --open_;
    ++ended_;
  }

  void drip() {
    for (const auto& socket : sockets_) {
      if (socket) socket->drip();
    }
  }

  void watch(std::size_t place, int operation) {
    epoll_event event{};
    event.events = sockets_[place]->wants_write() ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.u64 = place;
    ::epoll_ctl(epoll_.get(), operation, sockets_[place]->fd(), &event);
  }

  const Plan& plan_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_;
  std::string hello_;
  chat::UniqueFd epoll_;
  std::vector<std::unique_ptr<SlowSocket>> sockets_;  // null: to be opened again
  std::vector<char> buffer_;
  std::size_t next_ = 0;
  std::size_t open_ = 0;
  std::size_t opened_ = 0;
  std::size_t ended_ = 0;
};

}  // namespace

std::string run_slow(const Plan& plan) { return Siege(plan).run(); }

}  // namespace siege
