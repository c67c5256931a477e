#include "features/history_page.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/rejected.h"
#include "protocol/message_types.h"
#include "protocol/stored_message.h"

namespace chat::features {

using protocol::Chat;
using protocol::Value;
using store::Page;

namespace {

constexpr std::int64_t kMostCount = 200;

// Legacy clients know nothing of messages that were taken back: an empty one would be an empty
// bubble, or a picture that cannot be loaded.
bool shown_to(const session::Session& me, const Chat& message) {
  const protocol::TypeInfo* const info = protocol::type_info(message.type);
  const bool hidden = message.recalled.value_or(false);
  return info != nullptr && !(me.is_legacy() && (info->v1_only || hidden));
}

// An edit tells the text as it is now, and none when the message was taken back since.
void tell_text(Chat& edit, const std::string& changed) {
  Chat message = protocol::read_stored(changed);
  Value::Map* const mess = edit.mess.as_map();
  if (mess == nullptr || message.recalled.value_or(false)) return;
  mess->emplace_back("mess", std::move(message.mess));
  if (!message.mentions) return;
  Value::Array mentions(message.mentions->begin(), message.mentions->end());
  mess->emplace_back("mentions", std::move(mentions));
}

// Private messages as the one who asks sees them.
void show_as(const std::string& user_id, Chat& message) {
  if (!protocol::is_private(message.type)) return;
  message.type = message.sender_id == user_id ? protocol::self_type(message.type)
                                              : protocol::other_type(message.type);
}

// Nothing for an entry that is no message: a hand's edit must not hide the rest of the page.
std::optional<Chat> read_entry(const store::NumberedMessage& stored,
                               const std::string& conversation) {
  try {
    Chat message = protocol::read_stored(stored.json);
    message.seq = static_cast<std::int64_t>(stored.seq);
    message.conversation = conversation;
    if (!stored.changed.empty()) tell_text(message, stored.changed);
    return message;
  } catch (const Rejected& rejected) {
    log::debug("entry {} of {} cannot be read: {}", stored.seq, conversation, rejected.detail());
    return std::nullopt;
  }
}

}  // namespace

std::size_t page_size(const config::Settings& settings, std::int64_t asked) {
  const auto usual = static_cast<std::int64_t>(settings.history_page);
  const std::int64_t count = asked <= 0 ? usual : std::min(asked, std::max(usual, kMostCount));
  return static_cast<std::size_t>(count);
}

std::vector<Chat> show_page(const session::Session& me, const Page& page,
                            const std::string& conversation) {
  std::vector<Chat> shown;
  shown.reserve(page.messages.size());
  for (const store::NumberedMessage& stored : page.messages) {
    std::optional<Chat> message = read_entry(stored, conversation);
    if (!message || !shown_to(me, *message)) continue;
    show_as(me.user_id(), *message);
    shown.push_back(std::move(*message));
  }
  return shown;
}

}  // namespace chat::features
