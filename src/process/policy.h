// What the configuration says about who may connect.
#pragma once

#include "config/settings.h"
#include "websocket/handshake.h"

namespace chat::process {

websocket::Policy policy_of(const config::Settings& settings);

}  // namespace chat::process
