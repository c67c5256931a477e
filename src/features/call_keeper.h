// Has what is due for calls done: ringing that ends, people who do not come back, calls of nobody.
//
// Owned by the worker. Every worker looks once a second; whichever comes first does it.
#pragma once

#include "coro/task.h"
#include "features/services.h"

namespace chat::features {

class CallKeeper {
 public:
  explicit CallKeeper(Services& services);

 private:
  coro::Task<void> look();

  Services& services_;
  bool looking_ = false;
  net::Timer timer_;
};

// Does all that is due now. Throws what the store throws.
coro::Task<void> do_what_is_due(Services& services);

}  // namespace chat::features
