// Pages of a conversation as one client sees them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/settings.h"
#include "protocol/messages.h"
#include "session/session.h"
#include "store/messages.h"

namespace chat::features {

// How many messages a page holds when a client asks for `asked`; 0: for no number.
std::size_t page_size(const config::Settings& settings, std::int64_t asked);

// What `me` may see of a page in its own terms, oldest first. `conversation` is its name for that
// client.
std::vector<protocol::Chat> show_page(const session::Session& me, const store::Page& page,
                                      const std::string& conversation);

}  // namespace chat::features
