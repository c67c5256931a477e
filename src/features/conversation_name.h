// Conversations by the names that clients have for them: `lobby`, `group:ID`, or `user:ID` of the
// other one.
#pragma once

#include <optional>
#include <string>

#include "store/conversation.h"

namespace chat::features {

// Whether `receiver_id` of a message that is not private means the lobby.
bool is_lobby(const std::string& receiver_id);

// The conversation with `user_id`, as its other side names it.
std::string direct_name(const std::string& user_id);

// The conversation of `receiver_id` in a message that is not private: lobby or a group.
std::string common_name(const std::string& receiver_id);
store::Conversation common_conversation(const std::string& receiver_id);

// What the user `me` calls `name`; nothing when no conversation can have that name.
std::optional<store::Conversation> conversation_named(const std::string& name,
                                                      const std::string& me);

}  // namespace chat::features
