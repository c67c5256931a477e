// Accounts: `user_id:ID` hashes and the `username:NAME` strings that lead to them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "coro/task.h"
#include "store/redis.h"

namespace chat::store {

struct User {
  std::string id;
  std::string name;
  std::string password;    // as passwords.h hashed it
  std::string registered;  // "YYYY-MM-DD HH:MM:SS", UTC
  int role = 0;            // above 0: an administrator
  bool active = true;
  std::string avatar;
  std::string address;  // at registration
  std::string agent;
};

// What other people may see of a user.
struct Profile {
  std::string id;
  std::string name;
  std::string avatar;
  int role = 0;
  bool active = true;
  bool online = false;
};

// What the access rules ask about a user; read anew for every action, so a change counts at once.
struct Standing {
  bool exists = false;
  bool active = false;
  int role = 0;
};

class Users {
 public:
  Users(Redis& redis, std::size_t bus_length) : redis_(redis), bus_length_(bus_length) {}

  coro::Task<std::optional<User>> find(std::string id);
  coro::Task<std::optional<User>> find_by_name(std::string name);

  // Nothing when the name is taken.
  coro::Task<std::optional<User>> create(std::string name, std::string password_hash,
                                         std::string address, std::string agent);

  coro::Task<Standing> standing(std::string id);

  // In the order of `ids`, unknown users left out; one round trip.
  coro::Task<std::vector<Profile>> profiles(std::vector<std::string> ids);

  // Disables the account and posts `notice` to all its connections. Whether the user was online.
  // Sessions stay, so that whoever uses one is told why it opens nothing.
  coro::Task<bool> ban(std::string id, std::string notice);

  // Replaces the hash of a password by another one of the same password, unless another is kept
  // meanwhile. Returns what is kept then; nothing when there is no such user.
  coro::Task<std::string> rehash(std::string id, std::string old_hash, std::string new_hash);

  // Returns false when there is no such user.
  coro::Task<bool> set_avatar(std::string id, std::string path);

 private:
  coro::Task<bool> set_field(std::string id, std::string field, std::string value);

  Redis& redis_;
  std::size_t bus_length_;
};

}  // namespace chat::store
