#include "features/group_change.h"

#include <utility>

#include "features/conversation_name.h"
#include "protocol/codec.h"
#include "protocol/stored_message.h"

namespace chat::features {

using protocol::GroupChanged;
using protocol::Value;

GroupChanged group_change(const std::string& actor, const std::string& group_id,
                          const std::string& action, std::vector<std::string> users) {
  GroupChanged change;
  change.sender_id = actor;
  change.receiver_id = group_id;
  change.mess.action = action;
  change.mess.members = std::move(users);
  change.conversation = common_name(group_id);
  return change;
}

store::Entry entry_of(const GroupChanged& change) {
  Value::Array users(change.mess.members.begin(), change.mess.members.end());
  Value::Map mess{{"action", change.mess.action}, {"members", std::move(users)}};
  if (change.mess.name) mess.emplace_back("name", *change.mess.name);
  if (change.mess.avatar) mess.emplace_back("avatar", *change.mess.avatar);
  protocol::Chat stored(change.type);
  stored.sender_id = change.sender_id;
  stored.receiver_id = change.receiver_id;
  stored.mess = std::move(mess);
  protocol::StoredParts parts = protocol::stored_json_parts(stored);
  return {std::move(parts.head), std::move(parts.tail),
          protocol::encode(protocol::Wire::v1, change)};
}

}  // namespace chat::features
