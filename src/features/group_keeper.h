// Removes what dissolved groups leave behind, a little at a time.
//
// Owned by the worker. Whichever worker has time does it, after a restart as well.
#pragma once

#include "coro/task.h"
#include "features/services.h"
#include "net/event_loop.h"

namespace chat::features {

class GroupKeeper {
 public:
  explicit GroupKeeper(Services& services);

 private:
  coro::Task<void> remove_dissolved();

  Services& services_;
  bool removing_ = false;
  net::Timer timer_;
};

}  // namespace chat::features
