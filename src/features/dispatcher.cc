#include "features/dispatcher.h"

#include <optional>
#include <utility>

#include "base/rejected.h"
#include "coro/spawn.h"
#include "features/account.h"
#include "features/answer.h"
#include "features/budget.h"
#include "features/presence.h"
#include "protocol/codec.h"
#include "protocol/message_types.h"
#include "websocket/close_code.h"

namespace chat::features {

using protocol::Envelope;
using session::Session;
using session::SessionPtr;

namespace {

// What exists on the msgpack wire only is unknown to legacy clients.
const Route* route_for(const Session& session, int type) {
  const protocol::TypeInfo* const info = protocol::type_info(type);
  if (info == nullptr || (info->v1_only && session.is_legacy())) return nullptr;
  return find_route(type);
}

// For refusals of a request whose other fields cannot be read.
std::string trace_of(const protocol::Value& request) {
  const protocol::Value* const trace_id = request.find("trace_id");
  const std::string* const text = trace_id == nullptr ? nullptr : trace_id->as_string();
  return text == nullptr || text->size() > protocol::kMaxClientIdSize ? std::string() : *text;
}

// Changes to groups have a budget of their own, as large as that of messages.
store::Rate change_rate(const config::Settings& settings) {
  return {static_cast<double>(settings.message_burst), settings.message_rate.per_second() * 60};
}

}  // namespace

coro::Task<void> Dispatcher::on_message(SessionPtr session, std::string payload) {
  if (services_.settings.rate_limits && !session->take_request_token()) {
    session->close(websocket::kPolicyViolation, "too many requests");
    co_return;
  }
  Envelope envelope;
  try {
    const protocol::Value value = protocol::decode(session->wire(), payload, decode_limits_);
    payload = std::string();
    envelope.trace_id = trace_of(value);
    envelope.type = protocol::type_of(value);
    envelope = protocol::read<Envelope>(value);
    co_await dispatch(session, value, envelope);
  } catch (const Rejected& rejected) {
    refuse(*session, envelope.trace_id, rejected);
  }
}

coro::Task<void> Dispatcher::dispatch(SessionPtr session, const protocol::Value& value,
                                      const Envelope& envelope) {
  const Route* const route = route_for(*session, envelope.type);
  const Access access = route == nullptr ? Access::user : route->access;
  if (access != Access::anybody && access != Access::any_session)
    co_await authenticate(session, envelope);
  if (access == Access::user) co_await check_standing(session->user_id());
  if (route == nullptr) throw Rejected(Refusal::unknown_type, std::to_string(envelope.type));
  if (route->cost == Cost::change)
    co_await spend(services_, "change", session->user_id(), change_rate(services_.settings));
  co_await route->serve(services_, session, value);
}

// A legacy client names its session and itself in every message; a msgpack client may leave both
// to the connection.
coro::Task<void> Dispatcher::authenticate(SessionPtr session, const Envelope& envelope) {
  const bool named = !envelope.session_id.empty();
  if (named && store::Sessions::id_of(envelope.session_id) != session->login())
    co_await adopt_session(services_, session, envelope.session_id);
  // Whatever was named: what is no token has the same empty id as the login of nobody.
  if (!session->logged_in() || (!named && session->is_legacy()))
    throw Rejected(Refusal::login_required, "no session");
  const bool silent = envelope.sender_id.empty() && !session->is_legacy();
  if (!silent && envelope.sender_id != session->user_id())
    throw Rejected(Refusal::not_allowed, "sender_id is not the session's user");
}

coro::Task<void> Dispatcher::check_standing(std::string user_id) {
  const store::Standing standing = co_await services_.users.standing(user_id);
  if (!standing.exists) throw Rejected(Refusal::login_required, "the user is gone");
  if (!standing.active) throw Rejected(Refusal::disabled);
}

void Dispatcher::on_upload_piece(Session& session, std::string_view piece, bool first, bool last) {
  uploads_.on_piece(session, piece, first, last);
}

void Dispatcher::on_login_over(Session& session) { end_login(session, std::string()); }

void Dispatcher::on_closed(SessionPtr session) {
  uploads_.on_closed(*session);
  if (!session->logged_in()) return;
  Departure departure(*session);
  coro::spawn(depart(services_, std::move(departure)));
}

}  // namespace chat::features
