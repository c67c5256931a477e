// Holds back what is sent to a session while its login runs, so that the login's answer comes
// before everything that the user's being online brings.
//
// Lives in the coroutine of the login, one at a time for a session.
#pragma once

#include <cstddef>
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

  // For the session: holds one more back; what is held; and all of it, when the session closes.
  void keep(SharedBytes frame);
  std::size_t bytes() const { return bytes_; }
  std::vector<SharedBytes> take() { return std::move(frames_); }

  // From here on frames leave at once again, ahead of those held back.
  void let_through();

 private:
  SessionPtr session_;
  std::vector<SharedBytes> frames_;
  std::size_t bytes_ = 0;
};

}  // namespace chat::session
