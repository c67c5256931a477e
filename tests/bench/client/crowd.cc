#include "bench/client/crowd.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "load/clock.h"
#include "load/sessions.h"

namespace bench {
namespace {

constexpr std::size_t kBufferSize = 256 * 1024;
constexpr std::size_t kMostEvents = 512;
constexpr std::uint64_t kStandardInput = UINT64_MAX;

load::Endpoint from_source(load::Endpoint server, std::size_t number) {
  server.from = "127.0.2." + std::to_string(1 + number);
  return server;
}

}  // namespace

Crowd::Crowd(const Plan& plan)
    : plan_(plan),
      tls_(load::make_tls_context()),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      accounts_(load::read_accounts(plan.options.sessions, plan.options.clients)),
      watched_for_write_(plan.options.clients),
      buffer_(kBufferSize) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = kStandardInput}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, STDIN_FILENO, &event);
}

void Crowd::enter() {
  const load::Options& options = plan_.options;
  std::uint64_t moved_at = load::now_ns();
  while (logged_in_ < options.clients) {
    while (clients_.size() < options.clients && clients_.size() - logged_in_ < options.logins)
      begin(clients_.size());
    const std::size_t before = logged_in_;
    turn(100, [](std::size_t, std::string_view, std::uint64_t) {});
    if (logged_in_ > before) moved_at = load::now_ns();
    if (load::seconds_since(moved_at) > options.patience)
      throw std::runtime_error("logins stopped at " + std::to_string(logged_in_));
  }
}

void Crowd::begin(std::size_t client) {
  const load::Options& options = plan_.options;
  const load::Endpoint server =
      from_source(options.servers[client % options.servers.size()], client % plan_.sources);
  clients_.push_back(std::make_unique<load::Client>(
      options, server, options.tls ? tls_.get() : nullptr, accounts_[client]));
  clients_.back()->end_by_reset();
  watch(client, true);
}

void Crowd::turn(int milliseconds, const OnPayload& on_payload) {
  std::array<epoll_event, kMostEvents> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), kMostEvents, milliseconds);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t place = events[static_cast<std::size_t>(i)].data.u64;
    if (place == kStandardInput)
      word_came_ = true;
    else
      read(place, on_payload);
  }
}

void Crowd::read(std::size_t place, const OnPayload& on_payload) {
  load::Client& client = *clients_[place];
  const bool was_logged_in = client.logged_in();
  const std::uint64_t now = load::now_ns();
  client.on_ready(buffer_, [&](std::string_view payload) { on_payload(place, payload, now); });
  if (!was_logged_in && client.logged_in()) ++logged_in_;
  watch(place, false);
}

bool Crowd::wait_for_word(const char* line, const OnPayload& on_payload) {
  std::puts(line);
  std::fflush(stdout);
  word_came_ = false;
  while (!word_came_) turn(1000, on_payload);
  std::array<char, 64> word;
  return ::read(STDIN_FILENO, word.data(), word.size()) > 0;
}

void Crowd::send(std::size_t client, std::string_view payload) {
  clients_[client]->send(payload);
  watch(client, false);
}

void Crowd::send_frames(std::size_t client, std::string_view frames) {
  clients_[client]->send_frames(frames);
  watch(client, false);
}

void Crowd::watch(std::size_t client, bool is_new) {
  const bool for_write = clients_[client]->wants_write();
  if (!is_new && for_write == watched_for_write_[client]) return;
  watched_for_write_[client] = for_write;
  epoll_event event{};
  event.events = for_write ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.u64 = client;
  ::epoll_ctl(epoll_.get(), is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, clients_[client]->fd(), &event);
}

}  // namespace bench
