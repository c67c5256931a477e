#include "features/mark.h"

#include <optional>
#include <utility>

#include "features/answer.h"
#include "features/conversation_name.h"

namespace chat::features {

using protocol::MarkChanged;

namespace {

protocol::Mark shown(store::Mark mark) {
  return {std::move(mark.conversation), static_cast<std::int64_t>(mark.read_seq),
          std::move(mark.epoch), mark.pinned, mark.muted};
}

store::MarkChange change_of(const protocol::MarkChange& asked, const std::string& me) {
  std::optional<store::Conversation> conversation = conversation_named(asked.conversation, me);
  if (!conversation) throw Rejected(Refusal::bad_field, "conversation");
  if (!asked.read_seq && !asked.pinned && !asked.muted)
    throw Rejected(Refusal::bad_field, "nothing to note");
  if (asked.read_seq.value_or(0) < 0) throw Rejected(Refusal::bad_field, "read_seq");
  store::MarkChange change;
  change.name = asked.conversation;
  change.conversation = std::move(*conversation);
  if (asked.read_seq) change.read_seq = static_cast<std::uint64_t>(*asked.read_seq);
  change.epoch = asked.epoch.value_or("");
  change.pinned = asked.pinned;
  change.muted = asked.muted;
  return change;
}

}  // namespace

coro::Task<void> set_mark(Services& services, SessionPtr me, protocol::ConversationMark request) {
  store::MarkChange change = change_of(request.mess, me->user_id());
  MarkChanged changed;
  changed.mess.conversation = change.name;
  changed.timestamp = unix_now();
  changed.trace_id = request.trace_id;
  const std::string body = protocol::encode(protocol::Wire::v1, changed);
  const std::size_t most = services.settings.max_marks;
  co_await services.marks.change(me->user_id(), std::move(change), most, body);
}

coro::Task<void> list_marks(Services& services, SessionPtr me,
                            protocol::ConversationMarks request) {
  auto marks = co_await services.marks.of(me->user_id());
  protocol::MarkList list;
  for (store::Mark& mark : marks) list.mess.push_back(shown(std::move(mark)));
  answer(*me, request, std::move(list));
}

void handle_marks(Services& services) {
  services.bus.handle<MarkChanged>(
      [&services](const MarkChanged& changed, const store::BusEntry& entry) {
        MarkChanged told = changed;
        told.mess = shown(store::mark_of(changed.mess.conversation, entry.mark));
        services.bus.send(services.bus.sessions_of(bus::parse_audience(entry.audience)), told);
      });
}

}  // namespace chat::features
