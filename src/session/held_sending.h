// Holds back what is sent to a session while its login runs, so that the login's answer comes
// before everything that the user's being online brings.
//
// Lives in the coroutine of the login, one at a time for a session.
#pragma once

#include <vector>

#include "base/shared_bytes.h"
#include "session/session.h"

namespace chat::session {

class HeldSending {
 public:
  explicit HeldSending(SessionPtr session);
  ~HeldSending();  // sends what was held back
  HeldSending(const HeldSending&) = delete;
  HeldSending& operator=(const HeldSending&) = delete;

  // From here on frames leave at once again, ahead of those held back.
  void let_through();

 private:
  SessionPtr session_;
  std::vector<SharedBytes> frames_;
};

}  // namespace chat::session
