#include "net/acceptor.h"

#include <event2/event.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "net/http_response.h"

namespace chat::net {
namespace {

constexpr std::uint32_t kSlack = 4;  // connections ahead of the others that do not matter
constexpr std::uint32_t kSlackShare = 16;
constexpr std::uint64_t kComplainEveryMs = 10'000;
}  // namespace

Acceptor::Acceptor(EventLoop& loop, SharedCounters& counters, Options options,
                   OnConnection on_connection, OnSurplus on_surplus)
    : loop_(loop),
      counters_(counters),
      options_(std::move(options)),
      on_connection_(std::move(on_connection)),
      on_surplus_(std::move(on_surplus)),
      reserve_(open("/dev/null", O_RDONLY | O_CLOEXEC)) {
  const int on = 1;  // what it accepts inherits this
  setsockopt(options_.listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  counters_.beat(options_.worker, monotonic_ms());
  heartbeat_ =
      loop_.every(EventLoop::kTick, [this] { counters_.beat(options_.worker, monotonic_ms()); });
  const auto readable = [](evutil_socket_t, short, void* acceptor) {
    static_cast<Acceptor*>(acceptor)->on_readable();
  };
  event_assign(&readable_, loop_.base(), options_.listener, EV_READ | EV_PERSIST, readable, this);
  event_add(&readable_, nullptr);
}

Acceptor::~Acceptor() { stop(); }

void Acceptor::stop() {
  if (std::exchange(stopped_, true)) return;
  event_del(&readable_);
  heartbeat_ = Timer();
  resting_ = Timer();
  counters_.retire(options_.worker);
}

void Acceptor::on_readable() {
  if (ahead_of_others() && pauses_ < kMostPauses) {
    ++pauses_;
    return rest(kPause);
  }
  pauses_ = 0;
  for (int i = 0; i < kBatch && !stopped_ && accept_one() && !ahead_of_others(); ++i) {
  }
}

bool Acceptor::ahead_of_others() const {
  const std::uint32_t mine = counters_.live(options_.worker);
  if (mine <= kSlack) return false;
  const std::uint32_t fewest = counters_.fewest_live(options_.worker, monotonic_ms());
  return mine > fewest + std::max(kSlack, fewest / kSlackShare);
}

// Whether there may be more to accept in this turn.
bool Acceptor::accept_one() {
  sockaddr_storage name{};
  socklen_t length = sizeof(name);
  UniqueFd socket(accept4(options_.listener, reinterpret_cast<sockaddr*>(&name), &length,
                          SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket) {
    take(std::move(socket), IpAddress::of(name));
    return true;
  }
  if (errno == EAGAIN) return false;
  const int error = errno;
  recover_from(error);
  return error != EMFILE && error != ENFILE && error != ENOBUFS && error != ENOMEM;
}

void Acceptor::recover_from(int error) {
  const bool descriptors = error == EMFILE || error == ENFILE;
  if (!descriptors && error != ENOBUFS && error != ENOMEM) return;  // that one connection's trouble
  if (descriptors) make_room();
  if (monotonic_ms() >= next_complaint_ms_) {
    next_complaint_ms_ = monotonic_ms() + kComplainEveryMs;
    log::warn("cannot accept connections: {}{}", std::strerror(error),
              descriptors ? "; raise the limit of open files (ulimit -n)" : "");
  }
  rest(kRestAfterError);
}

// Out of descriptors: turns waiting clients away with the one kept in reserve, so that they learn
// of it at once.
void Acceptor::make_room() {
  for (int i = 0; i < kBatch && reserve_; ++i) {
    reserve_.reset();
    const UniqueFd socket(
        accept4(options_.listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    const bool more = static_cast<bool>(socket);
    if (more) ++turned_away_;
    if (more && options_.plain_http) answer_503(socket);
    reserve_.reset(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!more) break;
  }
}

void Acceptor::rest(std::chrono::milliseconds duration) {
  event_del(&readable_);
  resting_ = loop_.after(duration, [this] {
    if (!reserve_) reserve_.reset(open("/dev/null", O_RDONLY | O_CLOEXEC));
    event_add(&readable_, nullptr);
  });
}

void Acceptor::take(UniqueFd socket, const IpAddress& address) {
  if (over_limit(address)) return turn_away(std::move(socket), address);
  ++accepted_;
  on_connection_(std::move(socket), CountedPeer(counters_, options_.worker, address));
}

bool Acceptor::over_limit(const IpAddress& address) const {
  const AcceptLimits& limits = options_.limits;
  if (limits.per_worker != 0 && counters_.live(options_.worker) >= limits.per_worker) return true;
  if (limits.handshakes != 0 && loop_.handshakes().waiting() > limits.handshakes) return true;
  return limits.per_address != 0 && counters_.of_address(address) >= limits.per_address;
}

void Acceptor::turn_away(UniqueFd socket, const IpAddress& address) {
  ++turned_away_;
  if (options_.plain_http) return answer_503(socket);
  CountedPeer peer(counters_, options_.worker, address);
  if (on_surplus_ && on_surplus_(socket, peer)) return;
  const linger reset{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
}

void Acceptor::answer_503(const UniqueFd& socket) {
  HttpResponse response(503);
  response.add("Retry-After", retry_after()).add("Content-Length", 0U).add("Connection", "close");
  const std::string head = response.head(options_.common_headers);
  send(socket.get(), head.data(), head.size(), MSG_NOSIGNAL);
  shutdown(socket.get(), SHUT_WR);
  // A request left unread would turn the close into a reset that overtakes the answer.
  const auto scratch = loop_.read_buffer();
  recv(socket.get(), scratch.data(), scratch.size(), 0);
}

}  // namespace chat::net
