#include "features/revision.h"

#include <string>
#include <utility>

#include "features/answer.h"
#include "features/conversation_name.h"
#include "features/mentions.h"
#include "features/message.h"
#include "protocol/codec.h"
#include "protocol/stored_message.h"

namespace chat::features {

using protocol::Chat;
using protocol::Value;
using protocol::Wire;
using store::Revision;

namespace {

// Where the message to change is.
struct Target {
  std::string name;  // of the conversation, for the one who asks
  store::Conversation conversation = store::Conversation::lobby();
  std::string peer;  // the other user of a direct conversation, else empty
};

// An id is a group's or a user's, never both.
coro::Task<Target> target_of(Services& services, SessionPtr me, std::string receiver) {
  if (receiver.empty())
    throw Rejected(Refusal::bad_field, "receiver_id must name whom the message was for");
  bool common = is_lobby(receiver);
  if (!common) {
    const auto group = co_await services.groups.info(receiver);
    common = group.has_value();
  }
  Target target;
  target.name = common ? common_name(receiver) : direct_name(receiver);
  target.conversation =
      common ? common_conversation(receiver) : store::Conversation::direct(me->user_id(), receiver);
  if (!common) target.peer = receiver;
  co_return target;
}

std::uint64_t checked_seq(std::int64_t seq) {
  if (seq < 1) throw Rejected(Refusal::bad_field, "seq must be the number of a message");
  return static_cast<std::uint64_t>(seq);
}

Chat chat_of(const session::Session& me, const protocol::Envelope& request, const Target& target,
             Value::Map mess) {
  Chat chat(request.type);
  chat.sender_id = me.user_id();
  chat.receiver_id = request.receiver_id.text;
  chat.mess = std::move(mess);
  chat.conversation = target.name;
  chat.id = request.id;
  chat.trace_id = request.trace_id;
  return chat;
}

// `told` goes out live. Stored is only which message it is about: what that says now is read from
// the message itself, so nothing that was taken back stays anywhere.
store::Draft draft_of(const Services& services, const Target& target, const Chat& told,
                      std::int64_t seq) {
  Chat kept = told;
  kept.mess = Value::Map{{"seq", seq}};
  protocol::StoredParts parts = protocol::stored_json_parts(kept);
  store::Draft draft;
  draft.conversation = target.conversation;
  draft.sender = told.sender_id;
  draft.receiver = target.peer;
  draft.id = told.id;
  draft.rate = message_rate(services.settings);
  draft.entry = {std::move(parts.head), std::move(parts.tail), protocol::encode(Wire::v1, told)};
  return draft;
}

Value list_of(const std::vector<std::string>& texts) {
  return Value::Array(texts.begin(), texts.end());
}

}  // namespace

coro::Task<void> edit_message(Services& services, SessionPtr me, protocol::MessageEdit request) {
  const protocol::TextChange& change = request.mess;
  Revision revision;
  revision.seq = checked_seq(change.seq);
  revision.window = services.settings.edit_window;
  const Value text = checked_text(change.mess);
  revision.text = protocol::encode(Wire::legacy, text);
  const Mentions mentions = checked_mentions(services.settings, change.mentions);
  const Target target = co_await target_of(services, me, request.receiver_id.text);
  Value::Map mess{{"seq", change.seq}, {"mess", text}};
  if (mentions) {
    mess.emplace_back("mentions", list_of(*mentions));
    revision.mentions = ",\"mentions\":" + protocol::encode(Wire::legacy, list_of(*mentions));
  }
  const Chat told = chat_of(*me, request, target, std::move(mess));
  revision.draft = draft_of(services, target, told, change.seq);
  revision.draft.mentions_everybody = mentions_everybody(mentions);
  const store::Stored stored = co_await services.messages.revise(std::move(revision));
  acknowledge(*me, request, target.name, stored);
}

coro::Task<void> recall_message(Services& services, SessionPtr me,
                                protocol::MessageRecall request) {
  const std::int64_t seq = request.mess.seq;
  Revision revision;
  revision.seq = checked_seq(seq);
  revision.window = services.settings.recall_window;
  revision.file_age =
      std::chrono::duration_cast<std::chrono::seconds>(services.settings.unsent_file_age);
  const Target target = co_await target_of(services, me, request.receiver_id.text);
  Value::Map mess{{"seq", seq}};
  const Chat told = chat_of(*me, request, target, std::move(mess));
  revision.draft = draft_of(services, target, told, seq);
  const store::Stored stored = co_await services.messages.revise(std::move(revision));
  acknowledge(*me, request, target.name, stored);
}

}  // namespace chat::features
