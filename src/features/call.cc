#include "features/call.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "features/answer.h"

namespace chat::features {

using protocol::Relay;
using protocol::Value;
using store::Call;

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

Relay relay_of(int type, const session::Session& me, const protocol::Envelope& request,
               Value mess) {
  Relay relay(type);
  relay.sender_id = me.user_id();
  relay.receiver_id = request.receiver_id;
  relay.mess = std::move(mess);
  relay.trace_id = request.trace_id;
  relay.timestamp = unix_now();
  return relay;
}

coro::Task<void> post_to_users(Services& services, std::vector<std::string> users, Relay relay) {
  for (const std::string& user : users) co_await post(services, bus::audience_of_user(user), relay);
}

void tell_unreachable(session::Session& me, const protocol::Envelope& request,
                      std::vector<std::string> users) {
  protocol::RtcOffline offline;
  offline.sender_id = me.user_id();
  offline.receiver_id = request.receiver_id;
  offline.mess = std::move(users);
  answer(me, request, std::move(offline));
}

coro::Task<std::vector<std::string>> offline_among(Services& services,
                                                   std::vector<std::string> users) {
  const auto profiles = co_await services.users.profiles(users);
  std::vector<std::string> offline;
  for (const store::Profile& profile : profiles) {
    if (!profile.online) offline.push_back(profile.id);
  }
  co_return offline;
}

bool is_offer(const Value& mess) {
  const Value* const type = mess.find("type");
  const std::string* const text = type == nullptr ? nullptr : type->as_string();
  return text != nullptr && *text == "offer";
}

// Everybody the call was opened to hears of its end, whether inside or still ringing.
coro::Task<void> post_to_invited(Services& services, Call call, Relay relay) {
  std::string audience =
      call.is_group ? bus::audience_of_group(call.target) : bus::audience_of_user(call.target);
  co_await post(services, std::move(audience), std::move(relay));
}

Relay dropped(const std::string& user_id, const Call& call, bool over) {
  Relay relay(over ? protocol::type::rtc_exit : protocol::type::rtc_close);
  relay.sender_id = user_id;
  relay.receiver_id = call.is_group || user_id == call.owner ? call.target : call.owner;
  relay.mess = Value::Map{{"room_id", call.id}, {"is_group", call.is_group}};
  relay.timestamp = unix_now();
  return relay;
}

// Whoever opens a call has left the one opened before.
coro::Task<void> end_earlier_call(Services& services, SessionPtr me) {
  const auto earlier = co_await services.calls.find(me->user_id());
  if (!earlier) co_return;
  co_await services.calls.close(me->user_id(), me->user_id());
  const Relay relay = dropped(me->user_id(), *earlier, true);
  co_await post_to_invited(services, *earlier, relay);
}

}  // namespace

coro::Task<void> open_call(Services& services, SessionPtr me, protocol::RtcCreate request) {
  const std::string target = request.receiver_id.text;
  const protocol::CallInfo& info = request.mess.view;
  co_await end_earlier_call(services, me);
  const Call call = co_await services.calls.open(me->user_id(), target, info.is_group, info.video);
  const Relay relay = relay_of(protocol::type::rtc_create, *me, request,
                               with_room_id(std::move(request.mess.value), call.id));
  if (call.is_group) {
    co_await post(services, bus::audience_of_group(target), relay);
  } else {
    co_await post(services, bus::audience_of_user(me->user_id()), relay);
    co_await post(services, bus::audience_of_user(target), relay);
  }
  if (me->is_legacy()) co_return;
  std::vector<std::string> asked(1, target);
  if (call.is_group) asked = co_await services.groups.member_ids(target);
  std::vector<std::string> offline = co_await offline_among(services, std::move(asked));
  if (!offline.empty()) tell_unreachable(*me, request, std::move(offline));
}

coro::Task<void> join_call(Services& services, SessionPtr me, protocol::RtcJoin request) {
  const std::string& room_id = request.mess.view.room_id;
  std::vector<std::string> others = co_await services.calls.join(room_id, me->user_id());
  // The owner is called by whoever joins, and needs no word of it.
  std::erase(others, room_id);
  std::erase(others, me->user_id());
  const Relay relay =
      relay_of(protocol::type::rtc_join, *me, request, std::move(request.mess.value));
  co_await post_to_users(services, std::move(others), relay);
}

coro::Task<void> signal_call(Services& services, SessionPtr me, protocol::RtcSignal request) {
  const std::string receiver = request.receiver_id.text;
  const bool shared = co_await services.calls.share_call(me->user_id(), receiver);
  if (!shared) throw Rejected(Refusal::not_in_call, "signal to " + receiver);
  const bool offer = is_offer(request.mess);
  const Relay relay = relay_of(protocol::type::rtc_message, *me, request, std::move(request.mess));
  co_await post(services, bus::audience_of_user(receiver), relay);
  if (!offer) co_return;
  const bool online = co_await services.presence.is_online(receiver);
  if (!online) tell_unreachable(*me, request, std::vector<std::string>(1, receiver));
}

coro::Task<void> leave_call(Services& services, SessionPtr me, protocol::RtcClose request) {
  const std::string room_id = request.mess.view.room_id;
  const auto call = co_await services.calls.find(room_id);
  if (!call) throw Rejected(Refusal::no_such_call, room_id);
  const bool owner = call->owner == me->user_id();
  const Relay relay = relay_of(owner ? protocol::type::rtc_exit : protocol::type::rtc_close, *me,
                               request, std::move(request.mess.value));
  if (owner) {
    co_await services.calls.close(room_id, me->user_id());
    co_await post_to_invited(services, *call, relay);
    co_return;
  }
  const auto left = co_await services.calls.leave(room_id, me->user_id());
  std::vector<std::string> others(1, call->owner);
  if (left) {
    others = left->members;
  } else {
    const bool invited = co_await services.calls.share_call(me->user_id(), call->owner);
    if (!invited) throw Rejected(Refusal::not_in_call, room_id);
  }
  co_await post_to_users(services, std::move(others), relay);
}

coro::Task<void> drop_from_calls(Services& services, std::string user_id) {
  const std::vector<std::string> calls = co_await services.calls.calls_of(user_id);
  for (const std::string& id : calls) {
    const auto left = co_await services.calls.leave(id, user_id);
    if (!left) continue;
    const bool over = left->ended || (!left->call.is_group && user_id == left->call.owner);
    const Relay relay = dropped(user_id, left->call, over);
    if (over)
      co_await post_to_invited(services, left->call, relay);
    else
      co_await post_to_users(services, left->members, relay);
  }
}

}  // namespace chat::features
