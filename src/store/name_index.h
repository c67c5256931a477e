// Users by how their names begin: `user_names`, the names in small letters in the order of their
// bytes. The script that makes a user keeps it; the PHP original had none, so its users are added
// once by index_all().
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "coro/task.h"
#include "store/redis.h"
#include "store/users.h"

namespace chat::store {

class NameIndex {
 public:
  explicit NameIndex(Redis& redis) : redis_(redis) {}

  // The first `count` users, in the order of names, whose name begins with `prefix`; capital and
  // small letters of ASCII are the same. Costs as much as what it finds, however many users there
  // are.
  coro::Task<std::vector<Profile>> find(std::string prefix, std::size_t count);

  // Adds every user there is; does nothing when another worker began just now. Takes Redis a little
  // at a time.
  coro::Task<void> index_all();

 private:
  Redis& redis_;
};

}  // namespace chat::store
