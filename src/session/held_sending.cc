#include "session/held_sending.h"

#include <utility>

namespace chat::session {

HeldSending::HeldSending(SessionPtr session) : session_(std::move(session)) {
  session_->held_ = this;
}

void HeldSending::keep(SharedBytes frame) {
  bytes_ += frame.size();
  frames_.push_back(std::move(frame));
}

HeldSending::~HeldSending() {
  let_through();
  for (SharedBytes& frame : frames_) session_->send_frame(std::move(frame));
}

void HeldSending::let_through() { session_->held_ = nullptr; }

}  // namespace chat::session
