// What a change of a group leaves in its conversation: 1108, stored and told.
#pragma once

#include <string>
#include <vector>

#include "protocol/messages.h"
#include "store/messages.h"

namespace chat::features {

// By `actor`; `users` are those whom it happened to.
protocol::GroupChanged group_change(const std::string& actor, const std::string& group_id,
                                    const std::string& action, std::vector<std::string> users);

store::Entry entry_of(const protocol::GroupChanged& change);

}  // namespace chat::features
