#include "features/message.h"

#include <algorithm>
#include <utility>

#include "features/answer.h"
#include "features/conversation_name.h"
#include "features/file_access.h"
#include "features/mentions.h"
#include "features/shared_file.h"
#include "features/text_rules.h"
#include "protocol/message_types.h"
#include "protocol/stored_message.h"

namespace chat::features {

using protocol::Chat;
using protocol::Value;
using session::Sessions;

namespace {

constexpr char kReceiverOffline[] = "对方已经离线...";

// "ymj_1.gif" means picture 1.gif of the set ymj.
Value emotion_path(const Value& mess) {
  const std::string* const name = mess.as_string();
  if (name == nullptr || name->empty()) throw Rejected(Refusal::empty_message);
  const bool plain = std::ranges::all_of(*name, [](unsigned char byte) {
    return std::isalnum(byte) != 0 || byte == '_' || byte == '-' || byte == '.';
  });
  const std::size_t split = name->find('_');
  if (!plain || split == 0 || split == std::string::npos || name->find("..") != std::string::npos)
    throw Rejected(Refusal::bad_field, "mess must be an emotion's set_name");
  return "/images/emotion/" + name->substr(0, split) + "/" + name->substr(split + 1);
}

// A file's name, path and size, and nothing else that a client may have put beside them.
Value checked_file(Value mess) {
  if (mess.is_empty()) throw Rejected(Refusal::empty_message);
  const Value* const path = mess.find("path");
  const Value* const name = mess.find("name");
  const Value* const size = mess.find("size");
  if (name == nullptr || name->as_string() == nullptr || size == nullptr || !size->as_number() ||
      path == nullptr || path->as_string() == nullptr ||
      (file_shown(mess).empty() && !is_upload_path(*path->as_string(), "/upload/")))
    throw Rejected(Refusal::bad_field, "mess must be an uploaded file's {name, path, size}");
  std::erase_if(*mess.as_map(), [](const auto& entry) {
    return entry.first != "name" && entry.first != "path" && entry.first != "size";
  });
  return mess;
}

Value checked_content(int type, Value mess) {
  switch (type) {
    case protocol::type::text:
    case protocol::type::text_private:
      return checked_text(std::move(mess));
    case protocol::type::emotion:
    case protocol::type::emotion_private:
      return emotion_path(mess);
    default:
      return checked_file(std::move(mess));
  }
}

// A number of this conversation; the store knows how far they go.
std::optional<std::int64_t> checked_reply(std::optional<std::int64_t> reply_to) {
  if (reply_to && *reply_to < 1)
    throw Rejected(Refusal::bad_field, "reply_to must be the number of a message");
  return reply_to;
}

// SendCommon or SendPersonal as the message it makes.
template <class Request>
Chat chat_of(const Services& services, const session::Session& me, Request& request,
             const std::string& receiver) {
  Chat chat(request.type);
  chat.sender_id = me.user_id();
  chat.receiver_id = receiver;
  chat.mess = checked_content(request.type, std::move(request.mess));
  chat.reply_to = checked_reply(request.reply_to);
  chat.mentions = checked_mentions(services.settings, std::move(request.mentions));
  chat.id = request.id;
  chat.trace_id = request.trace_id;
  return chat;
}

store::Draft draft_of(const Services& services, const Chat& chat,
                      store::Conversation conversation) {
  protocol::StoredParts parts = protocol::stored_json_parts(chat);
  store::Draft draft;
  draft.conversation = std::move(conversation);
  draft.sender = chat.sender_id;
  draft.id = chat.id;
  draft.rate = message_rate(services.settings);
  draft.reply_to = static_cast<std::uint64_t>(chat.reply_to.value_or(0));
  draft.mentions_everybody = mentions_everybody(chat.mentions);
  draft.file = file_shown(chat.mess);
  draft.entry = {std::move(parts.head), std::move(parts.tail),
                 protocol::encode(protocol::Wire::v1, chat)};
  return draft;
}

Sessions legacy_part(const Sessions& sessions, bool legacy) {
  Sessions part;
  std::ranges::copy_if(sessions, std::back_inserter(part), [legacy](session::Session* session) {
    return session->is_legacy() == legacy;
  });
  return part;
}

// What the server knows of the file that a message shows.
coro::Task<void> describe(Services& services, Chat& chat) {
  if (file_shown(chat.mess).empty()) co_return;
  Value mess = co_await described(services, chat.type, chat.mess);
  chat.mess = std::move(mess);
}

// Legacy clients get the address of a file in a form that opens it.
void send(Services& services, const Sessions& sessions, const Chat& chat) {
  if (file_shown(chat.mess).empty()) return services.bus.send(sessions, chat);
  services.bus.send(legacy_part(sessions, false), chat);
  services.bus.send(legacy_part(sessions, true), for_legacy(services, chat));
}

store::Conversation conversation_of(const bus::Audience& audience) {
  if (audience.kind == bus::Audience::Kind::direct)
    return store::Conversation::direct(audience.first, audience.second);
  if (audience.kind == bus::Audience::Kind::group)
    return store::Conversation::group(audience.first);
  return store::Conversation::lobby();
}

// A legacy sender learns in place of its own message that nobody reads it now.
void tell_offline(Services& services, const Chat& chat) {
  protocol::Notice notice(protocol::type::system);
  notice.sender_id = chat.sender_id;
  notice.receiver_id = chat.receiver_id;
  notice.mess = kReceiverOffline;
  notice.timestamp = chat.timestamp;
  notice.id = chat.id;
  notice.trace_id = chat.trace_id;
  services.bus.send(legacy_part(services.registry.of_user(chat.sender_id), true), notice);
}

void deliver_direct(Services& services, const Chat& chat, bool receiver_online) {
  Chat shown = chat;
  const bool content = protocol::is_private(chat.type);
  if (content) shown.type = protocol::self_type(chat.type);
  shown.conversation = direct_name(chat.receiver_id);
  const Sessions& senders = services.registry.of_user(chat.sender_id);
  if (receiver_online || !content) {
    send(services, senders, shown);
  } else {
    services.bus.send(legacy_part(senders, false), shown);
    tell_offline(services, chat);
  }
  if (chat.receiver_id.text == chat.sender_id) return;
  if (content) shown.type = protocol::other_type(chat.type);
  shown.conversation = direct_name(chat.sender_id);
  send(services, services.registry.of_user(chat.receiver_id.text), shown);
}

}  // namespace

Value checked_text(Value mess) {
  const std::string* const text = mess.as_string();
  if (mess.is_null() || (text != nullptr && text->empty())) throw Rejected(Refusal::empty_message);
  if (text == nullptr) throw Rejected(Refusal::bad_field, "mess must be text");
  return mess;
}

store::MessageRate message_rate(const config::Settings& settings) {
  if (!settings.rate_limits) return {};
  return {settings.message_burst, settings.message_rate.per_second()};
}

// Legacy clients take the message itself, which comes back to them, for the acknowledgement.
void acknowledge(session::Session& me, const protocol::Envelope& request, std::string conversation,
                 const store::Stored& stored) {
  protocol::MessageStored ack;
  ack.id = request.id;
  ack.conversation = std::move(conversation);
  ack.seq = static_cast<std::int64_t>(stored.seq);
  ack.timestamp = stored.timestamp;
  ack.epoch = stored.epoch;
  answer(me, request, std::move(ack));
}

coro::Task<void> send_common(Services& services, SessionPtr me, protocol::SendCommon request) {
  // Legacy clients leave it out to mean the lobby; for others that would be a slip with an
  // audience.
  if (request.receiver_id.text.empty() && !me->is_legacy())
    throw Rejected(Refusal::bad_field, "receiver_id must name whom the message is for");
  const std::string receiver = is_lobby(request.receiver_id) ? "0" : request.receiver_id.text;
  Chat chat = chat_of(services, *me, request, receiver);
  chat.conversation = common_name(receiver);
  co_await describe(services, chat);
  store::Draft draft = draft_of(services, chat, common_conversation(receiver));
  const store::Stored stored = co_await services.messages.append(std::move(draft));
  acknowledge(*me, request, chat.conversation, stored);
}

coro::Task<void> send_personal(Services& services, SessionPtr me, protocol::SendPersonal request) {
  const std::string receiver = request.receiver_id.text;
  Chat chat = chat_of(services, *me, request, receiver);
  co_await describe(services, chat);
  store::Draft draft =
      draft_of(services, chat, store::Conversation::direct(chat.sender_id, receiver));
  draft.receiver = receiver;
  const store::Stored stored = co_await services.messages.append(std::move(draft));
  acknowledge(*me, request, direct_name(receiver), stored);
}

void handle_messages(Services& services) {
  services.bus.handle<Chat>([&services](const Chat& chat, const store::BusEntry& entry) {
    const bus::Audience audience = bus::parse_audience(entry.audience);
    if (chat.type == protocol::type::message_recall)
      services.file_access.forget(conversation_of(audience).key());
    if (audience.kind == bus::Audience::Kind::direct)
      deliver_direct(services, chat, entry.receiver_online);
    else if (audience.kind == bus::Audience::Kind::lobby)
      send(services, services.registry.logged_in(), chat);
    else
      send(services, services.bus.sessions_of(audience), chat);
  });
}

}  // namespace chat::features
