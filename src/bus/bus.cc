#include "bus/bus.h"

#include <utility>

#include "base/log.h"
#include "base/rejected.h"

namespace chat::bus {

using session::Sessions;

Bus::Bus(store::BusStream& stream, session::Registry& registry, session::Framer& framer,
         std::string worker, OnMissed on_missed)
    : stream_(stream),
      registry_(registry),
      framer_(framer),
      worker_(std::move(worker)),
      on_missed_(std::move(on_missed)) {
  protocol::for_each_event([this]<class M>(std::type_identity<M>) {
    handle<M>([this](const M& event, const store::BusEntry& entry) {
      const Audience audience = parse_audience(entry.audience);
      // Everyone logged in is the common case, and the list is at hand.
      if (audience.kind == Audience::Kind::lobby || audience.kind == Audience::Kind::everybody)
        send(registry_.logged_in(), event);
      else
        send(sessions_of(audience), event);
    });
  });
}

coro::Task<void> Bus::run() {
  try {
    while (true) {
      const store::BusBatch batch = co_await stream_.read();
      // What follows a gap is not delivered: clients read it with what is missing.
      const bool whole = !batch.missed && !batch.went_back;
      for (const store::BusEntry& entry : batch.entries)
        if (whole) deliver(entry);
      if (!whole) co_await on_missed_(batch.went_back);
    }
  } catch (const Rejected&) {
    // The stream is being destroyed: the worker ends.
  }
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
      return registry_.logged_in();
    case Audience::Kind::group:
      return registry_.of_group(audience.first);
    case Audience::Kind::direct:
      return registry_.of_user(audience.second);
    case Audience::Kind::user:
      return registry_.of_user(audience.first);
    case Audience::Kind::connection: {
      if (audience.first != worker_) return {};
      const session::SessionPtr session = registry_.find(audience.connection);
      return session == nullptr ? Sessions() : Sessions(1, session.get());
    }
    case Audience::Kind::unknown:
      break;
  }
  return {};
}

}  // namespace chat::bus
