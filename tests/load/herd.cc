#include "load/herd.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

#include "load/clock.h"
#include "load/sessions.h"

namespace load {
namespace {

constexpr std::size_t kBufferSize = 256 * 1024;

}  // namespace

Herd::Herd(const Options& options)
    : options_(options),
      tls_(make_tls_context()),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      accounts_(read_accounts(options.sessions, options.clients)),
      watched_for_write_(options.clients),
      tally_(options.clients - options.stalled, options.messages, options.wire == Wire::msgpack),
      buffer_(kBufferSize) {}

void Herd::log_in() {
  auto moved_at = now_ns();
  while (logged_in_ < options_.clients) {
    begin_logins();
    if (turn(100)) moved_at = now_ns();
    if (static_cast<double>(now_ns() - moved_at) > options_.patience * 1e9)
      throw std::runtime_error("logins stopped at " + std::to_string(logged_in_));
  }
  for (std::size_t i = 0; i < clients_.size(); ++i) accounts_[i] = clients_[i]->account();
  write_accounts(options_.sessions, accounts_);
  for (std::size_t i = options_.clients - options_.stalled; i < options_.clients; ++i)
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, clients_[i]->fd(), nullptr);
}

void Herd::begin_logins() {
  while (clients_.size() < options_.clients && clients_.size() - logged_in_ < options_.logins) {
    const std::size_t next = clients_.size();
    const Endpoint& server = options_.servers[next % options_.servers.size()];
    clients_.push_back(std::make_unique<Client>(
        options_, server, options_.tls ? tls_.get() : nullptr, accounts_[next]));
    watch(next, true);
  }
}

double Herd::run() {
  const auto begun = now_ns();
  auto moved_at = begun;
  while (!tally_.finished()) {
    send_what_is_due(begun);
    if (turn(1)) moved_at = now_ns();
    if (static_cast<double>(now_ns() - moved_at) > options_.patience * 1e9) break;
  }
  return static_cast<double>(now_ns() - begun) / 1e9;
}

void Herd::send_what_is_due(std::uint64_t begun_ns) {
  const double seconds = static_cast<double>(now_ns() - begun_ns) / 1e9;
  while (sent_ < options_.messages && sent_ < tally_.completed() + options_.window &&
         (options_.rate == 0 || static_cast<double>(sent_) <= seconds * options_.rate)) {
    const std::size_t number = sent_++;
    Client* sender = clients_[number % options_.senders].get();
    if (sender == nullptr) continue;
    tally_.sent(number, now_ns());
    sender->send(lobby_message(options_.wire, sender->account(), number, options_.text_size));
    watch(number % options_.senders, false);
  }
}

bool Herd::turn(int milliseconds) {
  std::array<epoll_event, 512> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), milliseconds);
  for (int i = 0; i < count; ++i) {
    const std::size_t place = events[static_cast<std::size_t>(i)].data.u64;
    Client& client = *clients_[place];
    const bool was_logged_in = client.logged_in();
    try {
      const auto now = now_ns();
      client.on_ready(buffer_, [&](std::string_view payload) { on_payload(place, payload, now); });
    } catch (const std::exception& error) {
      if (logged_in_ < options_.clients) throw;
      std::fprintf(stderr, "load: %s\n", error.what());
      tally_.closed();
      clients_[place].reset();
      continue;
    }
    if (!was_logged_in && client.logged_in()) ++logged_in_;
    watch(place, false);
  }
  return count > 0;
}

void Herd::on_payload(std::size_t client, std::string_view payload, std::uint64_t now) {
  constexpr int kLobbyText = 100, kStored = 110, kError = 900, kWarning = 901;
  switch (type_of(options_.wire, payload)) {
    case kLobbyText:
      if (const auto delivery = read_delivery(options_.wire, payload))
        tally_.delivered(client, *delivery, now);
      break;
    case kStored:
      if (const auto number = read_acknowledged(payload)) tally_.acknowledged(*number, now);
      break;
    case kError:
    case kWarning:
      tally_.refused();
      break;
    default:
      break;
  }
}

void Herd::watch(std::size_t client, bool is_new) {
  const bool for_write = clients_[client]->wants_write();
  if (!is_new && for_write == watched_for_write_[client]) return;
  watched_for_write_[client] = for_write;
  epoll_event event{};
  event.events = for_write ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.u64 = client;
  ::epoll_ctl(epoll_.get(), is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, clients_[client]->fd(), &event);
}

}  // namespace load
