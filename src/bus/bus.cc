#include "bus/bus.h"

#include <utility>

#include "base/log.h"
#include "base/rejected.h"

namespace chat::bus {

using session::Sessions;

namespace {

// What is delivered before it is written, as a part of what may wait for a client. An entry may be
// six times as long in JSON as in the msgpack of the bus.
constexpr std::size_t kPartOfOutbox = 8;

}  // namespace

Bus::Bus(net::EventLoop& loop, store::BusStream& stream, session::Environment& environment,
         std::string worker, OnMissed on_missed)
    : stream_(stream),
      environment_(environment),
      worker_(std::move(worker)),
      on_missed_(std::move(on_missed)),
      written_(loop) {
  protocol::for_each_event([this]<class M>(std::type_identity<M>) {
    handle<M>([this](const M& event, const store::BusEntry& entry) {
      const Audience audience = parse_audience(entry.audience);
      // Everyone logged in is the common case, and the list is at hand.
      if (audience.kind == Audience::Kind::lobby || audience.kind == Audience::Kind::everybody)
        send(environment_.registry.logged_in(), event);
      else
        send(sessions_of(audience), event);
    });
  });
}

coro::Task<void> Bus::run() {
  try {
    while (true) {
      store::BusBatch batch = co_await stream_.read();
      // What follows a gap is not delivered: clients read it with what is missing.
      const bool whole = !batch.missed && !batch.went_back;
      if (!whole) {
        co_await on_missed_(batch.went_back);
        continue;
      }
      const bool written = co_await deliver_all(std::move(batch.entries));
      if (!written) co_return;
    }
  } catch (const Rejected&) {
    // The stream is being destroyed: the worker ends.
  }
}

// False: the worker ends.
coro::Task<bool> Bus::deliver_all(std::vector<store::BusEntry> entries) {
  for (const store::BusEntry& entry : entries) {
    unwritten_ += entry.body.size();
    if (unwritten_ > environment_.limits.outbox_limit / kPartOfOutbox) {
      const bool written = co_await written_.wait();
      if (!written) co_return false;
      unwritten_ = entry.body.size();
    }
    deliver(entry);
  }
  co_return true;
}

void Bus::deliver(const store::BusEntry& entry) {
  try {
    const protocol::Value value =
        protocol::decode(protocol::Wire::v1, entry.body, protocol::kOwnDataLimits);
    const auto handler = handlers_.find(protocol::type_of(value));
    if (handler != handlers_.end()) handler->second(value, entry);
  } catch (const Rejected& rejected) {
    log::error("an entry of the bus cannot be read ({}: {})", rejected.what(), rejected.detail());
  }
}

Sessions Bus::sessions_of(const Audience& audience) const {
  switch (audience.kind) {
    case Audience::Kind::everybody:
    case Audience::Kind::lobby:
      return environment_.registry.logged_in();
    case Audience::Kind::group:
      return environment_.registry.of_group(audience.first);
    case Audience::Kind::direct:
      return environment_.registry.of_user(audience.second);
    case Audience::Kind::user:
      return environment_.registry.of_user(audience.first);
    case Audience::Kind::connection: {
      if (audience.first != worker_) return {};
      const session::SessionPtr session = environment_.registry.find(audience.connection);
      return session == nullptr ? Sessions() : Sessions(1, session.get());
    }
    case Audience::Kind::unknown:
      break;
  }
  return {};
}

}  // namespace chat::bus
