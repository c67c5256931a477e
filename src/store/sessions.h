// Login sessions: `session:<SHA-256 of the token>` hashes, so a stolen dump opens no session.
//
// A session's id is that digest: it names a session and opens none. `user_sessions:user_id:ID`
// lists the sessions of a user. What ends sessions posts it in the same script to the user's
// connections, wherever they are. Sessions of the PHP original, in another database of the same
// server, are taken over when they are first used.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coro/task.h"
#include "store/redis.h"
#include "store/visitor.h"

namespace chat::store {

struct SessionLimits {
  std::chrono::seconds idle{86'400};         // unused for this long: over
  std::chrono::seconds lifetime{2'592'000};  // over, used or not
};

// A live session.
struct LoginSession {
  std::string id;
  std::string user_id;
  std::chrono::seconds left{};  // until it is over, used or not
};

// A session in the list that its user may see.
struct SessionRecord {
  std::string id;
  std::string address;  // of its last use
  std::string agent;
  std::int64_t created = 0;  // seconds since 1970
  std::int64_t used = 0;
};

class Sessions {
 public:
  // `notice` is what the connections of a session are told when it ends, as the bus carries it.
  // `old_sessions` is connected to the database of the PHP sessions; nullptr: there are none.
  Sessions(Redis& redis, Redis* old_sessions, std::size_t bus_length, SessionLimits limits,
           std::string notice);

  // Times for the sessions made or used from now on.
  void set_limits(SessionLimits limits) { limits_ = limits; }
  const SessionLimits& limits() const { return limits_; }

  // The id of the session with that token; empty when it can be nobody's token.
  static std::string id_of(std::string_view token);

  // Makes `token`, a secret of 160 random bits, a session of a user who gave the password that
  // `password_hash` was made of. The oldest gives way above 100. Refuses: wrong_password when that
  // is not the user's password any more, disabled.
  coro::Task<LoginSession> create(std::string token, std::string user_id, std::string password_hash,
                                  Visitor visitor);

  // The live session with that token or id, which counts as used by this.
  coro::Task<std::optional<LoginSession>> find(std::string token, Visitor visitor);
  coro::Task<std::optional<LoginSession>> find_id(std::string id, Visitor visitor);

  // Sessions that are in use, some hundreds at a time, count as used now. Returns those that are
  // over already.
  coro::Task<std::vector<std::string>> keep(std::vector<std::string> ids);

  coro::Task<bool> is_live(std::string id);

  // The user's live sessions, the oldest first.
  coro::Task<std::vector<SessionRecord>> list(std::string user_id);

  // False when the user has no such session. `notice` takes the place of the usual one.
  coro::Task<bool> end(std::string user_id, std::string id, std::string notice = {});

  // Replaces the password and ends every session but the one with id `spared`; how many that were.
  // Refuses: wrong_password when the password is not `old_hash` any more.
  coro::Task<std::size_t> change_password(std::string user_id, std::string old_hash,
                                          std::string new_hash, std::string spared);

  // Ends every session of the user; how many that were.
  coro::Task<std::size_t> end_all(std::string user_id);

 private:
  coro::Task<std::optional<LoginSession>> take_over(std::string token, Visitor visitor);
  // `old_lifetime`: seconds for which a session of the original, taken over as this one, may still
  // exist there; nothing for a new one. Nothing comes of one that has ended here.
  coro::Task<std::optional<LoginSession>> store(std::string id, std::string user_id,
                                                std::string password_hash, Visitor visitor,
                                                std::string old_lifetime);

  Redis& redis_;
  Redis* old_sessions_;
  std::size_t bus_length_;
  SessionLimits limits_;
  std::string notice_;
};

}  // namespace chat::store
