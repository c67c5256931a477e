// Reads what the Lua function profile() of lua_common.h returned.
#pragma once

#include <cstddef>
#include <vector>

#include "store/reply.h"
#include "store/users.h"

namespace chat::store {

inline constexpr std::size_t kProfileFields = 6;

// The first kProfileFields items of `item`.
Profile profile_of(Reply item);

std::vector<Profile> profiles_of(Reply list);

}  // namespace chat::store
