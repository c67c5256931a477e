#include "features/conversation_name.h"

#include <string_view>

namespace chat::features {

using store::Conversation;

namespace {

constexpr std::string_view kLobby = "lobby";
constexpr std::string_view kGroup = "group:";
constexpr std::string_view kUser = "user:";

}  // namespace

bool is_lobby(const std::string& receiver_id) { return receiver_id.empty() || receiver_id == "0"; }

std::string direct_name(const std::string& user_id) { return std::string(kUser) + user_id; }

std::string common_name(const std::string& receiver_id) {
  return is_lobby(receiver_id) ? std::string(kLobby) : std::string(kGroup) + receiver_id;
}

Conversation common_conversation(const std::string& receiver_id) {
  return is_lobby(receiver_id) ? Conversation::lobby() : Conversation::group(receiver_id);
}

std::optional<Conversation> conversation_named(const std::string& name, const std::string& me) {
  if (name == kLobby) return Conversation::lobby();
  if (name.starts_with(kGroup)) return Conversation::group(name.substr(kGroup.size()));
  if (name.starts_with(kUser)) return Conversation::direct(me, name.substr(kUser.size()));
  return std::nullopt;
}

}  // namespace chat::features
