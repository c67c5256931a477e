// What a refused client is told.
#pragma once

#include "base/rejected.h"
#include "protocol/messages.h"

namespace chat::protocol {

// The notice of a refusal: its legacy type and text, and its stable code. Timestamp and trace_id
// are the caller's to fill in.
Notice notice_of(Refusal refusal);

// The same with the time after which it may be tried again.
Notice notice_of(const Rejected& rejected);

}  // namespace chat::protocol
