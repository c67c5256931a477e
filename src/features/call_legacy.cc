#include "features/call_legacy.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "features/answer.h"
#include "features/budget.h"
#include "features/call_caller.h"

namespace chat::features {

using protocol::Relay;
using protocol::Value;

namespace {

Value with_room_id(Value mess, const std::string& room_id) {
  Value::Map* const map = mess.as_map();
  if (map == nullptr) return Value::Map{{"room_id", room_id}};
  const auto existing =
      std::ranges::find(*map, "room_id", [](const auto& entry) { return entry.first; });
  if (existing == map->end())
    map->emplace_back("room_id", room_id);
  else
    existing->second = room_id;
  return mess;
}

std::string said(const Relay& relay) { return protocol::encode(protocol::Wire::v1, relay); }

void tell_unreachable(session::Session& me, const protocol::Envelope& request,
                      std::vector<std::string> users) {
  protocol::RtcOffline offline;
  offline.sender_id = me.user_id();
  offline.receiver_id = request.receiver_id;
  offline.mess = std::move(users);
  answer(me, request, std::move(offline));
}

coro::Task<void> tell_offline(Services& services, SessionPtr me, protocol::RtcCreate request) {
  if (me->is_legacy()) co_return;  // the original told of nobody here
  std::vector<std::string> called(1, request.receiver_id.text);
  if (request.mess.view.is_group)
    called = co_await services.groups.member_ids(request.receiver_id.text);
  const auto profiles = co_await services.users.profiles(called);
  std::vector<std::string> offline;
  for (const store::Profile& profile : profiles) {
    if (!profile.online) offline.push_back(profile.id);
  }
  if (!offline.empty()) tell_unreachable(*me, request, std::move(offline));
}

bool is_denial(const Value& mess) {
  const Value* const type = mess.find("type");
  const std::string* const text = type == nullptr ? nullptr : type->as_string();
  return text != nullptr && *text == "deny";
}

}  // namespace

coro::Task<void> open_legacy_call(Services& services, SessionPtr me, protocol::RtcCreate request) {
  co_await spend(services, "call", me->user_id(), rate_of(services.settings.call_rate));
  store::CallTarget target;
  target.group = request.mess.view.is_group;
  target.id = request.receiver_id.text;
  target.video = request.mess.view.video;
  const Relay relay = relay_of(protocol::type::rtc_create, *me, request,
                               with_room_id(std::move(request.mess.value), me->user_id()));
  store::Caller caller = caller_of(*me, request, Style::legacy);
  store::CallSeat seat;
  const store::CallStarted started = co_await services.calls.start(
      std::move(caller), std::move(target), std::move(seat), said(relay));
  me->set_in_call(true);
  if (started.made) co_await tell_offline(services, me, std::move(request));
}

coro::Task<void> join_legacy_call(Services& services, SessionPtr me, protocol::RtcJoin request) {
  const std::string starter = request.mess.view.room_id;
  const Relay relay =
      relay_of(protocol::type::rtc_join, *me, request, std::move(request.mess.value));
  store::Caller caller = caller_of(*me, request, Style::legacy);
  store::CallSeat seat;
  co_await services.calls.join(std::move(caller), starter, std::move(seat), said(relay));
  me->set_in_call(true);
}

coro::Task<void> signal_legacy_call(Services& services, SessionPtr me,
                                    protocol::RtcSignal request) {
  store::CallSignalDraft draft;
  draft.receiver = request.receiver_id.text;
  const bool denial = is_denial(request.mess);
  draft.body = signal_body(*me, request, std::move(request.mess));
  store::Caller caller = caller_of(*me, request, Style::legacy);
  if (denial) {
    const bool denied = co_await services.calls.deny(caller, draft.receiver, draft.body);
    if (denied) co_return;
  }
  bool away = false;
  try {
    co_await services.calls.pass(std::move(caller), std::move(draft));
  } catch (const Rejected& rejected) {
    away = rejected.refusal() == Refusal::peer_away;
    if (!away) throw;
  }
  if (!away) co_return;
  std::vector<std::string> missing(1, request.receiver_id.text);
  tell_unreachable(*me, request, std::move(missing));
}

coro::Task<void> leave_legacy_call(Services& services, SessionPtr me, protocol::RtcClose request) {
  const std::string starter = request.mess.view.room_id;
  Relay relay = relay_of(protocol::type::rtc_close, *me, request, std::move(request.mess.value));
  std::string left = said(relay);
  relay.type = protocol::type::rtc_exit;
  store::Caller caller = caller_of(*me, request, Style::legacy);
  co_await services.calls.leave(std::move(caller), starter, false, std::move(left), said(relay));
  me->set_in_call(false);
}

}  // namespace chat::features
