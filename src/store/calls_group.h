// What becomes of a group's call when people are members of the group no more.
#pragma once

#include "store/calls_scripts.h"

namespace chat::store::scripts {

// ARGV: group, users; none: the group is no more, and its call is over.
inline const Script drop_from_group_call{lua::kBasics, lua::kBus, lua::kConversations,
                                         kCallState,   kCallEnd,  R"lua(
local call = load(redis.call('GET', 'call_in:group:' .. ARGV[11]))
if not call then return 0 end
if #ARGV == 11 then
  finish(call, me, false)
  return 0
end
local dropped = 0
for i = 12, #ARGV do
  local user = ARGV[i]
  local member = call.members[user]
  if member and member.state ~= 'removed' then
    local within, rang = inside(member), ringing(member)
    release(call, user, 'removed')
    tell(call, user, me)
    if within or rang then relay_to_others(call, 604, user, '', '') end
    if rang or within and member.legacy then hush(call, user) end
    dropped = dropped + 1
  end
end
if dropped > 0 then conclude(call, me) end
return 0
)lua"};

}  // namespace chat::store::scripts
