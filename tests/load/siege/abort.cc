#include "load/siege/abort.h"

#include <sys/epoll.h>

#include <array>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "load/clock.h"
#include "load/frames.h"
#include "load/stream.h"
#include "load/tally.h"
#include "load/tickets.h"

namespace siege {
namespace {

using load::now_ns;

class Breaker {
 public:
  explicit Breaker(const Plan& plan)
      : plan_(plan),
        tls_(load::make_tls_context()),
        tickets_(tls_.get()),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        places_(plan.parallel),
        buffer_(65536) {}

  std::string run() {
    const std::uint64_t begun = now_ns();
    while (done_ + failed_ < plan_.count) {
      for (std::size_t place = 0; place < places_.size() && opened_ < plan_.count; ++place) {
        if (!places_[place].stream) open(place);
      }
      turn();
    }
    return "{\"aborted\": " + std::to_string(done_) + ", \"failed\": " + std::to_string(failed_) +
           ", \"resumed\": " + std::to_string(resumed_) +
           ", \"p50_ms\": " + std::to_string(times_.milliseconds(.5)) +
           ", \"p99_ms\": " + std::to_string(times_.milliseconds(.99)) +
           ", \"seconds\": " + std::to_string(static_cast<double>(now_ns() - begun) / 1e9) + "}";
  }

 private:
  struct Place {
    std::unique_ptr<load::Stream> stream;
    bool asked = false;  // for the upgrade
    std::uint64_t begun = 0;
  };

  void open(std::size_t number) {
    Place& place = places_[number];
    const bool tls = plan_.tls && plan_.stage != "tcp";
    place.stream =
        std::make_unique<load::Stream>(from_source(plan_, opened_++), tls ? tls_.get() : nullptr,
                                       plan_.resume ? tickets_.newest().get() : nullptr);
    place.asked = false;
    place.begun = now_ns();
    watch(number, EPOLL_CTL_ADD);
  }

  void turn() {
    std::array<epoll_event, 256> events;
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), 1000);
    for (int i = 0; i < count; ++i) go_on(events[static_cast<std::size_t>(i)].data.u64);
  }

  void go_on(std::size_t number) {
    Place& place = places_[number];
    try {
      if (!arrived(place)) return watch(number, EPOLL_CTL_MOD);
      ++done_;
      times_.add(now_ns() - place.begun);
      if (place.stream->resumed()) ++resumed_;
      place.stream->end_by_reset();
    } catch (const std::exception&) {
      ++failed_;
    }
    place.stream.reset();
  }

  // Whether the connection is where it is to be broken off. Throws when the server refuses it.
  bool arrived(Place& place) {
    if (!place.stream->connected()) return false;
    if (plan_.stage != "upgrade") return true;
    if (!place.asked) {
      place.stream->write(load::upgrade_request(plan_.wire, plan_.server.host));
      place.asked = true;
    }
    const int got = place.stream->read(buffer_);
    if (got < 0) throw std::runtime_error("ended by the server");
    if (got > 0 && !std::string_view(buffer_.data(), static_cast<std::size_t>(got))
                        .starts_with("HTTP/1.1 101 "))
      throw std::runtime_error("no upgrade");
    return got > 0;
  }

  void watch(std::size_t place, int operation) {
    epoll_event event{};
    event.events = places_[place].stream->wants_write() ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.u64 = place;
    ::epoll_ctl(epoll_.get(), operation, places_[place].stream->fd(), &event);
  }

  const Plan& plan_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_;
  load::Tickets tickets_;
  chat::UniqueFd epoll_;
  std::vector<Place> places_;
  std::vector<char> buffer_;
  load::Histogram times_;
  std::size_t opened_ = 0;
  std::size_t done_ = 0;
  std::size_t failed_ = 0;
  std::size_t resumed_ = 0;
};

}  // namespace

std::string run_abort(const Plan& plan) { return Breaker(plan).run(); }

}  // namespace siege
