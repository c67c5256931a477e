// What all sessions of a worker share. Made by the worker, outlives them.
#pragma once

#include <chrono>
#include <cstddef>

#include "net/event_loop.h"
#include "session/outgoing.h"
#include "session/registry.h"
#include "session/token_bucket.h"
#include "websocket/deflate.h"
#include "websocket/reader.h"

namespace chat::session {

class Application;

struct SessionLimits {
  std::chrono::milliseconds login_timeout{10'000};  // a connection must log in within this
  std::chrono::milliseconds ping_interval{15'000};  // silence before a ping; twice this: gone
  std::chrono::milliseconds close_timeout{3'000};   // for the end of the close handshake
  std::chrono::milliseconds outbox_grace{10'000};   // a reader that takes nothing: 1013
  std::size_t outbox_limit = 1 << 20;               // bytes queued for a slow reader: 1013
  std::size_t inbox_limit = 256 << 10;  // bytes waiting for the pump before reading pauses
  BucketRate request_rate{400, 200};    // requests on one connection
};

struct Environment {
  net::EventLoop& loop;
  Registry& registry;
  Framer& framer;
  Application& application;
  SessionLimits limits;
  websocket::Limits reader_limits;
  websocket::Inflaters inflaters;
};

}  // namespace chat::session
