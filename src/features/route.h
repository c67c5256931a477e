// The table of requests: what each may cost, who may send it, and the function that serves it.
#pragma once

#include <span>

#include "coro/task.h"
#include "features/services.h"
#include "protocol/codec.h"
#include "session/session.h"

namespace chat::features {

enum class Access {
  anybody,      // also before login
  any_session,  // whoever has a session; `sender_id` is not looked at
  user,         // a logged-in user whose account is enabled
  sender,       // the same, but the store's script checks the account and its rate of messages
};

enum class Cost {
  request,  // of the connection's budget of requests
  change,   // also of the user's budget of changes to groups, as large as that of messages
};

struct Route {
  int type;
  Access access;
  Cost cost;

  // Reads the typed request and serves it. Throws Rejected, at once or when awaited.
  coro::Task<void> (*serve)(Services& services, session::SessionPtr me,
                            const protocol::Value& request);
};

// The route of a request type; nullptr when there is none.
const Route* find_route(int type);

// All routes; a test asserts that every request of the protocol has one.
std::span<const Route> all_routes();

}  // namespace chat::features
