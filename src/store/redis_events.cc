#include "store/redis_events.h"

#include <event2/event.h>
#include <hiredis/async.h>

#include <memory>
#include <utility>

namespace chat::store {
namespace {

struct FreeEvent {
  void operator()(event* ev) const { event_free(ev); }
};
using Event = std::unique_ptr<event, FreeEvent>;

class RedisEvents {
 public:
  RedisEvents(event_base* base, redisAsyncContext* context, std::function<void()> gone)
      : context_(context), gone_(std::move(gone)) {
    const int fd = context->c.fd;
    read_.reset(event_new(base, fd, EV_READ | EV_PERSIST, on_readable, this));
    write_.reset(event_new(base, fd, EV_WRITE, on_writable, this));
    flush_.reset(event_new(base, -1, 0, on_flush, this));
    context->ev.data = this;
    context->ev.addRead = [](void* self) { event_add(of(self)->read_.get(), nullptr); };
    context->ev.delRead = [](void* self) { event_del(of(self)->read_.get()); };
    context->ev.addWrite = [](void* self) { of(self)->want_write(); };
    context->ev.delWrite = [](void* self) { event_del(of(self)->write_.get()); };
    context->ev.cleanup = [](void* self) { of(self)->clean_up(); };
  }

 private:
  static RedisEvents* of(void* self) { return static_cast<RedisEvents*>(self); }

  static void on_readable(evutil_socket_t, short, void* self) {
    redisAsyncHandleRead(of(self)->context_);
  }
  static void on_writable(evutil_socket_t, short, void* self) {
    redisAsyncHandleWrite(of(self)->context_);
  }
  static void on_flush(evutil_socket_t, short, void* self) { of(self)->flush(); }

  void want_write() {
    const bool connected = (context_->c.flags & REDIS_CONNECTED) != 0;
    if (flushing_ || !connected)
      event_add(write_.get(), nullptr);
    else if (!event_pending(write_.get(), EV_WRITE, nullptr))
      event_active(flush_.get(), 0, 0);
  }

  // What the kernel does not take at once waits for writability.
  void flush() {
    bool freed = false;
    freed_ = &freed;
    flushing_ = true;
    redisAsyncHandleWrite(context_);
    if (freed) return;
    flushing_ = false;
    freed_ = nullptr;
  }

  void clean_up() {
    if (freed_ != nullptr) *freed_ = true;
    const std::unique_ptr<RedisEvents> self(this);
    gone_();
  }

  redisAsyncContext* context_;
  std::function<void()> gone_;
  Event read_;
  Event write_;
  Event flush_;
  bool flushing_ = false;
  bool* freed_ = nullptr;  // set by clean_up() while flush() is under way
};

}  // namespace

void attach_to_loop(event_base* base, redisAsyncContext* context, std::function<void()> gone) {
  new RedisEvents(base, context, std::move(gone));
}

}  // namespace chat::store
