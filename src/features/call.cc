#include "features/call.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "features/answer.h"
#include "features/budget.h"
#include "features/call_caller.h"

namespace chat::features {

using protocol::Wire;

namespace {

constexpr std::size_t kLongestDevice = 64;  // bytes
constexpr std::size_t kShortestCode = 4;
constexpr std::size_t kLongestCode = 64;
constexpr std::size_t kMostCounts = 64;

std::string checked_device(std::string device) {
  if (device.empty() || device.size() > kLongestDevice)
    throw Rejected(Refusal::bad_field, "device must be 1 to 64 bytes");
  return device;
}

std::string json_of(const std::optional<protocol::MediaFlags>& media) {
  return media ? protocol::encode(Wire::legacy, *media) : std::string();
}

store::CallSeat seat_of(std::string device, const std::optional<protocol::MediaFlags>& media,
                        bool move) {
  store::CallSeat seat;
  seat.device = checked_device(std::move(device));
  seat.media = json_of(media);
  seat.move = move;
  return seat;
}

store::CallTarget target_of(const Services& services, protocol::NewCall& wish) {
  constexpr std::string_view kUser = "user:";
  constexpr std::string_view kGroup = "group:";
  store::CallTarget target;
  target.group = wish.conversation.starts_with(kGroup);
  if (!target.group && !wish.conversation.starts_with(kUser))
    throw Rejected(Refusal::bad_field, "conversation");
  target.id = wish.conversation.substr(target.group ? kGroup.size() : kUser.size());
  target.video = wish.video;
  target.some = target.group && wish.invite.has_value();
  if (target.some) target.invite = std::move(*wish.invite);
  if (target.invite.size() > services.settings.call_invites)
    throw Rejected(Refusal::too_many_called, "invite");
  return target;
}

std::string checked_code(std::string code) {
  const bool plain = std::ranges::all_of(code, [](unsigned char byte) {
    return std::isalnum(byte) != 0 || byte == '-' || byte == '_';
  });
  if (!code.empty() && (!plain || code.size() < kShortestCode || code.size() > kLongestCode))
    throw Rejected(Refusal::bad_field, "code");
  return code;
}

// The call's rate is also that at which codes can be guessed.
coro::Task<void> spend_call(Services& services, std::string user_id) {
  return spend(services, "call", std::move(user_id), rate_of(services.settings.call_rate));
}

template <class Event>
void answer_by(session::Session& me, const protocol::Envelope& request, std::string_view body) {
  const protocol::Value value = protocol::decode(Wire::v1, body, protocol::kOwnDataLimits);
  answer(me, request, protocol::read<Event>(value));
}

void enter(session::Session& me, const protocol::Envelope& request, std::string_view body) {
  me.set_in_call(true);
  answer_by<protocol::CallState>(me, request, body);
}

void check_size(const std::vector<std::string>& users, std::size_t most) {
  if (users.empty()) throw Rejected(Refusal::bad_field, "users");
  if (users.size() > most) throw Rejected(Refusal::too_many_called, "users");
}

}  // namespace

coro::Task<void> start_call(Services& services, SessionPtr me, protocol::CallStart request) {
  store::CallTarget target = target_of(services, request.mess);
  store::CallSeat seat = seat_of(request.mess.device, request.mess.media, false);
  co_await spend_call(services, me->user_id());
  store::Caller caller = caller_of(*me, request, Style::own);
  const store::CallStarted started = co_await services.calls.start(
      std::move(caller), std::move(target), std::move(seat), std::string());
  enter(*me, request, started.answer);
}

coro::Task<void> join_call(Services& services, SessionPtr me, protocol::CallJoin request) {
  protocol::CallEntry& entry = request.mess;
  store::CallSeat seat = seat_of(entry.device, entry.media, entry.move);
  if (entry.received.size() > kMostCounts) throw Rejected(Refusal::bad_field, "received");
  for (protocol::SignalCount& count : entry.received) {
    if (count.n < 0) throw Rejected(Refusal::bad_field, "received");
    seat.received.emplace_back(std::move(count.user_id), count.n);
  }
  store::Caller caller = caller_of(*me, request, Style::own);
  const std::string state = co_await services.calls.join(std::move(caller), entry.call_id,
                                                         std::move(seat), std::string());
  enter(*me, request, state);
}

coro::Task<void> enter_room(Services& services, SessionPtr me, protocol::CallRoom request) {
  store::CallSeat seat = seat_of(request.mess.device, request.mess.media, request.mess.move);
  store::CallRoomWish wish;
  wish.code = checked_code(request.mess.code);
  wish.join_only = request.mess.join_only;
  wish.video = request.mess.video;
  const auto most = static_cast<std::int64_t>(services.settings.call_size);
  const std::int64_t size = request.mess.size.value_or(most);
  if (size < 2) throw Rejected(Refusal::bad_field, "size");
  wish.size = static_cast<std::size_t>(std::min(size, most));
  co_await spend_call(services, me->user_id());
  store::Caller caller = caller_of(*me, request, Style::own);
  const std::string state =
      co_await services.calls.enter_room(std::move(caller), std::move(wish), std::move(seat));
  enter(*me, request, state);
}

coro::Task<void> decline_call(Services& services, SessionPtr me, protocol::CallDecline request) {
  store::Caller caller = caller_of(*me, request, Style::own);
  co_await services.calls.decline(std::move(caller), request.mess.call_id);
}

coro::Task<void> send_signal(Services& services, SessionPtr me, protocol::CallSend request) {
  protocol::Signal& signal = request.mess;
  store::CallSignalDraft draft;
  draft.call = signal.call_id;
  draft.receiver = request.receiver_id.text;
  draft.from_stay = signal.from_stay;
  draft.to_stay = signal.to_stay;
  draft.n = signal.n;
  draft.body = signal_body(*me, request, std::move(signal.signal));
  store::Caller caller = caller_of(*me, request, Style::own);
  co_await services.calls.pass(std::move(caller), std::move(draft));
}

coro::Task<void> leave_call(Services& services, SessionPtr me, protocol::CallLeave request) {
  store::Caller caller = caller_of(*me, request, Style::own);
  co_await services.calls.leave(std::move(caller), request.mess.call_id, request.mess.for_all,
                                std::string(), std::string());
  me->set_in_call(false);
}

coro::Task<void> invite_to_call(Services& services, SessionPtr me, protocol::CallInvite request) {
  check_size(request.mess.users, services.settings.call_invites);
  co_await spend_call(services, me->user_id());
  store::Caller caller = caller_of(*me, request, Style::own);
  const std::string state = co_await services.calls.invite(std::move(caller), request.mess.call_id,
                                                           std::move(request.mess.users));
  answer_by<protocol::CallState>(*me, request, state);
}

coro::Task<void> remove_from_call(Services& services, SessionPtr me, protocol::CallRemove request) {
  check_size(request.mess.users, services.settings.call_invites);
  store::Caller caller = caller_of(*me, request, Style::own);
  co_await services.calls.remove(std::move(caller), request.mess.call_id,
                                 std::move(request.mess.users));
}

coro::Task<void> list_calls(Services& services, SessionPtr me, protocol::CallList request) {
  store::Caller caller = caller_of(*me, request, Style::own);
  const std::string list = co_await services.calls.list(std::move(caller));
  answer_by<protocol::CallListAnswer>(*me, request, list);
}

coro::Task<void> change_media(Services& services, SessionPtr me, protocol::CallMedia request) {
  std::string media = protocol::encode(Wire::legacy, request.mess.media);
  store::Caller caller = caller_of(*me, request, Style::own);
  co_await services.calls.change_media(std::move(caller), request.mess.call_id, std::move(media));
}

coro::Task<void> set_quiet(Services& services, SessionPtr me, protocol::DoNotDisturb request) {
  store::Caller caller = caller_of(*me, request, Style::own);
  co_await services.calls.set_quiet(std::move(caller), request.mess.on);
}

}  // namespace chat::features
