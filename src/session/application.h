// What the layer above does for sessions; the worker has one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "coro/task.h"

namespace chat::session {

class Session;
using SessionPtr = std::shared_ptr<Session>;

class Application {
 public:
  // One message of a client, as it came. Runs to its end before the next one of that client
  // begins; never throws.
  virtual coro::Task<void> on_message(SessionPtr session, std::string payload) = 0;

  // A piece of a file that a legacy client uploads as one binary message.
  virtual void on_upload_piece(Session& session, std::string_view piece, bool first, bool last) = 0;

  // The login session of this client has reached the end of its lifetime.
  virtual void on_login_over(Session& session) = 0;

  // The client is gone; its session is in no registry any more.
  virtual void on_closed(SessionPtr session) = 0;

 protected:
  ~Application() = default;
};

}  // namespace chat::session
