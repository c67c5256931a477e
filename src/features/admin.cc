#include "features/admin.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.h"
#include "features/answer.h"
#include "features/text_rules.h"

namespace chat::features {
namespace {

constexpr char kRemoved[] = "你已被移除聊天室";
constexpr char kRemovedCode[] = "removed";
constexpr std::size_t kLongestReason = 256;  // characters
constexpr char kRemovedOffline[] = "移除成功！";

std::string removed_text(const std::string& name) { return "用户" + name + "被管理员移除聊天室"; }

// The notices that end a connection.
std::optional<std::uint16_t> close_code_of(int type) {
  if (type == protocol::type::user_downline) return kCloseSuperseded;
  if (type == protocol::type::user_remove) return kCloseRemoved;
  if (type == protocol::type::user_register) return kCloseLoginOver;
  return std::nullopt;
}

// The end of login sessions concerns their own connections alone.
bool concerns(const store::BusEntry& entry, const session::Session& session) {
  return entry.ended.empty() ||
         std::ranges::find(entry.ended, session.login()) != entry.ended.end();
}

}  // namespace

coro::Task<void> remove_user(Services& services, SessionPtr me, protocol::UserRemove request) {
  const std::string target_id = request.receiver_id.text;
  if (!is_at_most(request.mess.value_or(""), kLongestReason))
    throw Rejected(Refusal::bad_field, "the reason is too long");
  const store::Standing mine = co_await services.users.standing(me->user_id());
  const auto target = co_await services.users.find(target_id);
  if (!target || mine.role <= 0 || mine.role <= target->role)
    throw Rejected(Refusal::remove_refused, "to remove " + target_id);
  protocol::Notice to_target = notice(protocol::type::user_remove, kRemoved);
  to_target.code = kRemovedCode;
  if (!request.mess.value_or("").empty()) to_target.reason = request.mess;
  to_target.trace_id = request.trace_id;
  to_target.timestamp = unix_now();
  const std::string body = protocol::encode(protocol::Wire::v1, to_target);
  const bool online = co_await services.users.ban(target_id, body);
  log::info("user {} removed by {}", target_id, me->user_id());
  if (!online) {
    answer(*me, request, notice(protocol::type::system, kRemovedOffline));
    co_return;
  }
  protocol::Notice to_all = notice(protocol::type::system, removed_text(target->name));
  to_all.trace_id = request.trace_id;
  to_all.timestamp = to_target.timestamp;
  co_await post(services, std::string(bus::kEverybody), to_all);
}

void handle_notices(Services& services) {
  services.bus.handle<protocol::Notice>(
      [&services](const protocol::Notice& notice, const store::BusEntry& entry) {
        const auto sessions = services.bus.sessions_of(bus::parse_audience(entry.audience));
        const auto close_code = close_code_of(notice.type);
        if (!close_code) {
          services.bus.send(sessions, notice);
          return;
        }
        protocol::Notice shown = notice;
        if (shown.timestamp == 0) shown.timestamp = unix_now();
        for (session::Session* session : sessions) {
          if (concerns(entry, *session)) dismiss(*session, shown, *close_code);
        }
      });
}

}  // namespace chat::features
