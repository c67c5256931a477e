// Answers to the one who asked, and events for others.
#pragma once

#include <string>
#include <utility>

#include "base/clock.h"
#include "base/rejected.h"
#include "features/services.h"
#include "protocol/codec.h"
#include "protocol/messages.h"
#include "protocol/refusal_notice.h"
#include "session/session.h"

namespace chat::features {

using session::SessionPtr;

// Close codes for msgpack clients that must not simply reconnect; legacy clients get 1000, as ever.
enum : std::uint16_t {
  kCloseLoginOver = 4204,
  kCloseDisabled = 4206,
  kCloseSuperseded = 4207,
  kCloseRemoved = 4209,
};

// Completes `event` as the answer to `request` and sends it to `me`.
template <class Event>
void answer(session::Session& me, const protocol::Envelope& request, Event event) {
  event.trace_id = request.trace_id;
  if (event.timestamp == 0) event.timestamp = unix_now();
  me.send(event);
}

// A notice of type `type` with a text for people.
protocol::Notice notice(int type, std::string text);

// Tells `me` that its request `trace_id` is refused; some refusals also end the connection.
void refuse(session::Session& me, const std::string& trace_id, const Rejected& rejected);

// Sends the notice that ends a connection, then ends it.
void dismiss(session::Session& session, const protocol::Notice& notice, std::uint16_t close_code);

// The connection's login session is over: tells so and ends the connection.
void end_login(session::Session& session, const std::string& trace_id);

// Posts an event to the clients of an audience, on every worker.
template <class Event>
coro::Task<void> post(Services& services, std::string audience, Event event) {
  if (event.timestamp == 0) event.timestamp = unix_now();
  return store::post_to_bus(services.redis, services.settings.bus_length, std::move(audience),
                            protocol::encode(protocol::Wire::v1, event));
}

}  // namespace chat::features
