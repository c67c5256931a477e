// Where messages belong: the lobby, one group, or two users.
#pragma once

#include <string>
#include <string_view>

namespace chat::store {

class Conversation {
 public:
  static Conversation lobby();
  static Conversation group(std::string_view group_id);
  static Conversation direct(std::string_view user_a, std::string_view user_b);

  // The sorted set that holds its messages; also its name for clients that resume.
  const std::string& key() const { return key_; }

  enum class Kind { lobby, group, direct };
  Kind kind() const { return kind_; }

  // The group's id; empty for the other kinds.
  const std::string& group_id() const { return group_id_; }

 private:
  Conversation(Kind kind, std::string key, std::string group_id);

  Kind kind_;
  std::string key_;
  std::string group_id_;
};

}  // namespace chat::store
