#include "load/siege/visits.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "load/client.h"
#include "load/clock.h"
#include "load/sessions.h"
#include "load/stream.h"

namespace siege {
namespace {

using load::now_ns;

constexpr std::uint64_t kPatience = 10'000'000'000;

class Guests {
 public:
  explicit Guests(const Plan& plan)
      : plan_(plan),
        tls_(load::make_tls_context()),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        accounts_(load::read_accounts(plan.sessions, plan.accounts)),
        buffer_(65536) {
    options_.tls = plan.tls;
  }

  std::string run() {
    for (std::size_t number = 0; number < accounts_.size(); ++number) {
      if (plan_.passwords) accounts_[number].session.clear();
      if (plan_.sessions.empty()) register_one(number);
    }
    std::fputs("registered\n", stderr);
    times_.clear();
    const std::uint64_t begun = now_ns();
    auto wanted = static_cast<std::size_t>(plan_.seconds * plan_.rate);
    while (begun_ < wanted || under_way_ > 0) {
      const double seconds = static_cast<double>(now_ns() - begun) / 1e9;
      while (begun_ < wanted && under_way_ < plan_.most &&
             static_cast<double>(begun_) <= seconds * plan_.rate)
        begin();
      if (seconds > plan_.seconds) wanted = begun_;
      turn();
      give_up_late_ones();
    }
    return figures();
  }

 private:
  struct Visit {
    std::unique_ptr<load::Client> client;  // null once it is over
    std::uint64_t begun = 0;
  };

  void register_one(std::size_t number) {
    open(number);
    while (under_way_ > 0) {
      turn();
      give_up_late_ones();
    }
    if (failed_ > 0) throw std::runtime_error("cannot register: " + last_problem_);
  }

  void begin() { open(begun_++ % accounts_.size()); }

  void open(std::size_t account) {
    Visit visit;
    visit.begun = now_ns();
    visit.client =
        std::make_unique<load::Client>(options_, from_source(plan_, visits_.size()),
                                       plan_.tls ? tls_.get() : nullptr, accounts_[account]);
    visits_.push_back(std::move(visit));
    account_of_.push_back(account);
    ++under_way_;
    watch(visits_.size() - 1, EPOLL_CTL_ADD);
  }

  void turn() {
    std::array<epoll_event, 256> events;
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), 5);
    for (int i = 0; i < count; ++i) go_on(events[static_cast<std::size_t>(i)].data.u64);
  }

  void go_on(std::size_t place) {
    load::Client& client = *visits_[place].client;
    try {
      client.on_ready(buffer_, [](std::string_view) {});
    } catch (const std::exception& problem) {
      return end(place, problem.what());
    }
    if (!client.logged_in()) return watch(place, EPOLL_CTL_MOD);
    if (!plan_.passwords) accounts_[account_of_[place]] = client.account();
    times_.push_back(now_ns() - visits_[place].begun);
    end(place, {});
  }

  void end(std::size_t place, std::string_view problem) {
    if (!problem.empty()) {
      ++failed_;
      last_problem_ = problem;
    }
    visits_[place].client.reset();
    --under_way_;
  }

  void give_up_late_ones() {
    const std::uint64_t now = now_ns();
    for (; oldest_ < visits_.size(); ++oldest_) {
      if (visits_[oldest_].client == nullptr) continue;
      if (now - visits_[oldest_].begun < kPatience) return;
      end(oldest_, "not logged in within 10 s");
    }
  }

  void watch(std::size_t place, int operation) {
    epoll_event event{};
    event.events = visits_[place].client->wants_write() ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.u64 = place;
    ::epoll_ctl(epoll_.get(), operation, visits_[place].client->fd(), &event);
  }

  std::string figures() {
    std::sort(times_.begin(), times_.end());
    const auto milliseconds = [this](double share) {
      if (times_.empty()) return std::string("null");
      const auto place = static_cast<std::size_t>(share * static_cast<double>(times_.size() - 1));
      return std::to_string(static_cast<double>(times_[place]) / 1e6);
    };
    return "{\"logins\": " + std::to_string(times_.size()) +
           ", \"failed\": " + std::to_string(failed_) + ", \"p50_ms\": " + milliseconds(0.5) +
           ", \"p99_ms\": " + milliseconds(0.99) + ", \"slowest_ms\": " + milliseconds(1) +
           ", \"problem\": \"" + last_problem_ + "\"}";
  }

  const Plan& plan_;
  load::Options options_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_;
  chat::UniqueFd epoll_;
  std::vector<load::Account> accounts_;
  std::vector<char> buffer_;
  std::vector<Visit> visits_;
  std::vector<std::size_t> account_of_;
  std::vector<std::uint64_t> times_;
  std::size_t oldest_ = 0;
  std::size_t begun_ = 0;
  std::size_t under_way_ = 0;
  std::size_t failed_ = 0;
  std::string last_problem_;
};

}  // namespace

std::string run_visits(const Plan& plan) { return Guests(plan).run(); }

}  // namespace siege
