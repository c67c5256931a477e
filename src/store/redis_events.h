// Ties one hiredis connection to libevent.
//
// Owned by the connection, which frees it when it ends. Commands queue up until the events of the
// loop's turn are handled and leave in one write, without asking the kernel for writability first.
#pragma once

#include <functional>

struct event_base;
struct redisAsyncContext;

namespace chat::store {

// `gone` is called once, when hiredis frees `context`, however that comes about; the waiting
// commands have been failed by then.
void attach_to_loop(event_base* base, redisAsyncContext* context, std::function<void()> gone);

}  // namespace chat::store
