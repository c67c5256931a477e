#include "store/conversation.h"

#include <utility>

namespace chat::store {

Conversation::Conversation(Kind kind, std::string key, std::string group_id)
    : kind_(kind), key_(std::move(key)), group_id_(std::move(group_id)) {}

Conversation Conversation::lobby() { return {Kind::lobby, "message:common_id:0", ""}; }

Conversation Conversation::group(std::string_view group_id) {
  const std::string id(group_id);
  return {Kind::group, "message:common_id:" + id, id};
}

Conversation Conversation::direct(std::string_view user_a, std::string_view user_b) {
  if (user_b < user_a) std::swap(user_a, user_b);
  std::string key = "message:users:[";
  key.append(user_a).append(",").append(user_b).append("]");
  return {Kind::direct, std::move(key), ""};
}

}  // namespace chat::store
