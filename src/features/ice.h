// STUN and TURN servers for the peer connections of calls.
#pragma once

#include <string>
#include <string_view>

#include "config/settings.h"
#include "coro/task.h"
#include "features/services.h"
#include "protocol/messages.h"
#include "session/session.h"

namespace chat::features {

// 624: the servers of the settings, with credentials for the user who asks. Refuses: rate_limited.
coro::Task<void> tell_ice_servers(Services& services, session::SessionPtr me,
                                  protocol::IceServers request);

// The secret that the TURN servers share, as its file has it; empty when there is none, or it
// cannot be read, which the log tells.
std::string read_turn_secret(const config::Settings& settings);

// The credential that coturn's REST scheme asks for with this user name: base64 of its HMAC-SHA1.
std::string turn_credential(std::string_view secret, std::string_view username);

}  // namespace chat::features
