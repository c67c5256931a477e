// Whom an entry of the bus is for, and how that is written in Redis.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace chat::bus {

struct Audience {
  enum class Kind {
    everybody,   // "all": everyone logged in
    lobby,       // "lobby": the same people, for a message of the lobby's conversation
    group,       // "g:GROUP": its members
    direct,      // "p:SENDER:RECEIVER": both of a private conversation
    user,        // "u:USER": all connections of one user
    connection,  // "c:WORKER/CONNECTION"
    unknown,     // written by a later version: nobody here
  };

  Kind kind = Kind::unknown;
  std::string first;   // the group, the sender, the user, or the worker
  std::string second;  // the receiver
  std::uint64_t connection = 0;
};

Audience parse_audience(std::string_view text);

std::string audience_of_group(std::string_view group_id);
std::string audience_of_user(std::string_view user_id);
inline constexpr std::string_view kEverybody = "all";

}  // namespace chat::bus
