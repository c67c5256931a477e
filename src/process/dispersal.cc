#include "process/dispersal.h"

#include <algorithm>
#include <memory>

#include "base/clock.h"
#include "session/session.h"

namespace chat::process {

Dispersal::Dispersal(net::EventLoop& loop, session::Registry& registry, Farewell farewell)
    : registry_(registry), farewell_(std::move(farewell)), begun_(monotonic_ms()) {
  std::vector<std::uint64_t> sessions;
  registry_.for_each([&](const session::Session& session) { sessions.push_back(session.id()); });
  std::shuffle(sessions.begin(), sessions.end(), random_);
  const double share =
      static_cast<double>(farewell_.spread.count()) / static_cast<double>(sessions.size());
  for (std::size_t place = 0; place < sessions.size(); ++place)
    leaving_.emplace(moment_in(static_cast<double>(place) * share, share), sessions[place]);
  close_due();
  timer_ = loop.every(kTick, [this] { close_due(); });
}

void Dispersal::add(std::uint64_t session) {
  const auto passed = static_cast<double>(monotonic_ms() - begun_);
  const auto spread = static_cast<double>(farewell_.spread.count());
  leaving_.emplace(moment_in(passed, std::max(0.0, spread - passed)), session);
}

void Dispersal::close_due() {
  const std::uint64_t now = monotonic_ms();
  while (!leaving_.empty() && leaving_.top().first <= now) {
    const auto session = registry_.find(leaving_.top().second);
    leaving_.pop();
    if (session) session->close(farewell_.code, farewell_.reason);
  }
}

std::uint64_t Dispersal::moment_in(double begin, double length) {
  return begun_ + static_cast<std::uint64_t>(
                      begin + length * std::uniform_real_distribution<double>()(random_));
}

}  // namespace chat::process
