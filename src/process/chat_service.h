// The chat behind the WebSockets of one worker: sessions, storage, bus and features, wired.
//
// Owned by the worker's main function.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "bus/bus.h"
#include "features/call_keeper.h"
#include "features/dispatcher.h"
#include "features/file_access.h"
#include "features/file_resource.h"
#include "features/file_sweeper.h"
#include "features/group_keeper.h"
#include "features/presence.h"
#include "features/services.h"
#include "features/session_keeper.h"
#include "features/session_resource.h"
#include "net/event_loop.h"
#include "net/http_exchange.h"
#include "net/thread_pool.h"
#include "process/catch_up.h"
#include "process/dispersal.h"
#include "process/worker.h"
#include "session/environment.h"
#include "session/session.h"
#include "store/continuity.h"
#include "store/folder_flusher.h"
#include "store/kept_files.h"
#include "store/open_uploads.h"
#include "store/picture_maker.h"
#include "store/sentinels.h"
#include "store/signals.h"

namespace chat::process {

class ChatService {
 public:
  // `disk` reads and writes uploads.
  ChatService(net::EventLoop& loop, net::ThreadPool& disk, WorkerContext& context);

  // Connects to Redis, finds out whether numbering goes on, takes the dead workers' users off the
  // online list and reads the bus; then calls `ready`.
  void start(std::function<void()> ready);

  // Takes a connection that became a WebSocket.
  void accept(net::Upgraded upgraded, session::Handshake handshake);

  // Logging in over HTTP.
  net::HttpRoute session_route() { return session_resource_.route(); }

  // Uploads and downloads.
  net::HttpRoute file_route() { return file_resource_.route(); }

  // Says goodbye to everybody, those included who still come; calls `done` when all are gone,
  // nothing is left to be told, and `is_quiet` says that nobody more will come. Then this worker
  // has left().
  void drain(Farewell farewell, std::function<bool()> is_quiet, std::function<void()> done);

  // Takes everybody off the online list who is still there through this worker, tells of it, and
  // calls `done`, within a second also when Redis does not answer.
  void leave(std::function<void()> done);

  // Another process cleans pictures, at the far end of this channel.
  void renew_pictures(UniqueFd channel) { pictures_.renew(std::move(channel)); }

  // The loop has ended: whatever still waits ends now, with a refusal, and nothing is done any
  // more. To be called while all that requests use is there.
  void end();

  // Limits anew; those of sessions under way included.
  void reload();

 private:
  void on_redis(store::Redis::State state, const std::string& problem);
  coro::Task<void> run_start(std::function<void()> ready);
  coro::Task<void> take_up_numbering();
  coro::Task<void> run_leave(std::function<void()> done);
  store::Redis* writes();
  void follow(const config::RedisHost& primary);
  coro::Task<void> index_old_data();

  net::EventLoop& loop_;
  WorkerContext& context_;
  net::ThreadPool hashing_;
  session::Registry registry_;
  session::Framer framer_;
  store::Redis redis_;
  store::Redis old_sessions_;
  std::optional<store::Redis> confirmed_writes_;
  store::Users users_;
  store::NameIndex names_;
  store::Sessions sessions_;
  store::Newest newest_;
  store::Continuity continuity_;
  store::Messages messages_;
  store::Peers peers_;
  store::Marks marks_;
  store::Groups groups_;
  store::Presence presence_;
  store::Calls calls_;
  store::Files files_;
  store::PictureMaker pictures_;
  store::KeptFiles kept_files_;
  store::OpenUploads open_uploads_;
  store::Limits limits_;
  store::BusStream stream_;
  store::Signals signals_;
  std::optional<store::Sentinels> sentinels_;
  std::optional<store::FolderFlusher> flusher_;
  bus::Bus bus_;
  features::FileAccess file_access_;
  store::Pauses pauses_;
  features::Services services_;
  features::Dispatcher dispatcher_;
  CatchUp catch_up_;
  features::SessionResource session_resource_;
  features::FileResource file_resource_;
  session::Environment environment_;
  features::PresenceKeeper presence_keeper_;
  std::optional<Dispersal> dispersal_;
  features::SessionKeeper session_keeper_;
  features::CallKeeper call_keeper_;
  features::GroupKeeper group_keeper_;
  std::optional<features::FileSweeper> file_sweeper_;
  net::Timer drain_timer_;
  std::optional<net::Timer> leave_limit_;
  std::uint64_t last_connection_ = 0;
  bool redis_up_ = false;
};

}  // namespace chat::process
