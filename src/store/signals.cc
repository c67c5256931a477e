#include "store/signals.h"

#include <utility>

#include "store/redis_connection.h"

namespace chat::store {

Signals::Signals(event_base* base, const Redis::Options& options, const std::string& worker,
                 OnSignal on_signal, OnMissed on_missed)
    : on_signal_(std::move(on_signal)),
      on_missed_(std::move(on_missed)),
      connection_(std::make_unique<RedisConnection>(base, options, Redis::OnState())) {
  connection_->subscribe(
      "signals:" + worker,
      [this](std::string_view kind, std::string_view payload) { on_push(kind, payload); });
}

Signals::~Signals() = default;

void Signals::set_address(config::RedisAddress address) {
  connection_->set_address(std::move(address));
}

void Signals::renew() { connection_->renew(); }

void Signals::on_push(std::string_view kind, std::string_view payload) {
  if (kind == "message") {
    on_signal_(payload);
  } else if (std::exchange(listened_, true)) {
    on_missed_();
  }
}

}  // namespace chat::store
