// What a worker's objects are made with, from the settings.
#pragma once

#include <string>

#include "config/settings.h"
#include "net/thread_pool.h"
#include "session/environment.h"
#include "store/calls.h"
#include "store/groups.h"
#include "store/kept_files.h"
#include "store/presence.h"
#include "store/redis.h"
#include "store/sessions.h"
#include "websocket/reader.h"

namespace chat::process {

// A managed Redis is known to a worker as the socket it listens on.
bool is_managed(const config::Settings& settings);
store::Redis::Options redis_options(const config::Settings& settings);
// For what senders are told: with `durable = replica`.
store::Redis::Options confirmed_options(const config::Settings& settings);
store::Redis::Options old_sessions_options(const config::Settings& settings);
net::ThreadPool::Options hashing_options(const config::Settings& settings);
// What connections are told whose login session ends, as the bus carries it.
std::string session_over_notice();
store::SessionLimits session_ttl(const config::Settings& settings);
store::GroupLimits group_limits(const config::Settings& settings);
store::CallLimits call_limits(const config::Settings& settings);
store::Acceptance acceptance(const config::Settings& settings);
store::PresenceLimits presence_limits(const config::Settings& settings);
session::SessionLimits session_limits(const config::Settings& settings);
websocket::Limits reader_limits(const config::Settings& settings);

}  // namespace chat::process
