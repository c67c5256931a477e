// What one user may spend of what options limit, over all connections, workers and servers.
#pragma once

#include <string>

#include "config/kinds.h"
#include "config/settings.h"
#include "coro/task.h"
#include "features/services.h"
#include "store/limits.h"
#include "store/open_uploads.h"

namespace chat::features {

// The bucket of an option such as `30/m`: 30 at once, and 30 a minute for long.
store::Rate rate_of(const config::Rate& rate);

// What one user's uploads may take.
store::UploadAllowance allowance_of(const config::Settings& settings);

// Takes a token for `what`, a name of its own for each budget. Throws Rejected(rate_limited) when
// there is none.
coro::Task<void> spend(Services& services, std::string what, std::string user_id, store::Rate rate);

// As above for an address, whose tokens all of its /64 share if it is of IPv6; the refusal says
// when there is one again.
coro::Task<void> spend_of_address(Services& services, std::string what, net::IpAddress address,
                                  store::Rate rate);

}  // namespace chat::features
