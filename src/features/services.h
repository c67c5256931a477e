// Everything the features work with. Made by the worker, outlives every request.
#pragma once

#include <string>

#include "bus/bus.h"
#include "config/settings.h"
#include "net/event_loop.h"
#include "net/thread_pool.h"
#include "session/registry.h"
#include "store/calls.h"
#include "store/files.h"
#include "store/groups.h"
#include "store/limits.h"
#include "store/marks.h"
#include "store/messages.h"
#include "store/name_index.h"
#include "store/pauses.h"
#include "store/peers.h"
#include "store/presence.h"
#include "store/redis.h"
#include "store/sessions.h"
#include "store/users.h"

namespace chat::store {
class KeptFiles;
class OpenUploads;
}  // namespace chat::store

namespace chat::features {

class FileAccess;

struct Services {
  const config::Settings& settings;
  net::EventLoop& loop;
  store::Pauses& pauses;
  net::ThreadPool& hashing;
  session::Registry& registry;
  bus::Bus& bus;
  store::Redis& redis;
  store::Users& users;
  store::NameIndex& names;
  store::Sessions& sessions;
  store::Messages& messages;
  store::Peers& peers;
  store::Marks& marks;
  store::Groups& groups;
  store::Presence& presence;
  store::Calls& calls;
  store::Files& files;
  store::KeptFiles& kept_files;
  store::OpenUploads& open_uploads;
  FileAccess& file_access;
  store::Limits& limits;

  // That of settings.turn_secret_file; empty without one.
  std::string turn_secret;

  // Set when the worker ends: what is retried until it succeeds is given up then.
  bool stopping = false;

  // Departures not yet told; a drained worker waits for them.
  std::size_t departing = 0;
};

}  // namespace chat::features
