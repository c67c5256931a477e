// Who may come in, by password or by session: the same for messages and for HTTP.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "coro/task.h"
#include "features/services.h"
#include "protocol/messages.h"
#include "store/users.h"
#include "store/visitor.h"

namespace chat::features {

// What somebody who wants in says of themselves.
struct Credentials {
  std::string name;
  std::string password;
  bool may_register = true;  // an unknown name becomes a user
};

// Somebody who is let in.
struct Admission {
  store::User user;
  store::LoginSession session;
  std::string token;  // the secret of the session, when it was made just now
  bool registered = false;
};

// Registers an unknown name or logs a known one in, with a new session. Refuses: login_required (no
// name or password), invalid_password, login_limited, busy; once the password was looked at:
// wrong_password, invalid_name for names that nobody may register, login_limited for names that
// would be registered but for the limit, disabled. Whether a name is known shows in none of them
// but the last, neither by the answer nor by its time.
coro::Task<Admission> admit_by_password(Services& services, Credentials credentials,
                                        store::Visitor visitor);

// Lets the user of a live session in. Refuses: login_required, disabled.
coro::Task<Admission> admit_by_token(Services& services, std::string token, store::Visitor visitor);
coro::Task<Admission> admit_by_session(Services& services, std::string session_id,
                                       store::Visitor visitor);

// What the one who came in is told.
protocol::LoggedIn logged_in_of(const Admission& admission);

// Throws Rejected(login_limited) when that address has to wait before it tries that name again.
coro::Task<void> begin_password_try(Services& services, std::string name, net::IpAddress address);

// The password was right.
coro::Task<void> end_password_tries(Services& services, std::string name, net::IpAddress address);

// The user when the password is theirs, whose hash is then one of today's: one of the original is
// replaced, unless the password was changed meanwhile. Throws Rejected(busy).
coro::Task<std::optional<store::User>> check_password(Services& services, store::User user,
                                                      std::string password);

// Hashes on the threads for that. Throws Rejected(busy).
coro::Task<std::string> hash_password(Services& services, std::string password);

}  // namespace chat::features
