// The private Redis of a server, on a Unix socket under the data folder.
//
// Owned by the master. The socket is the owner's alone, and wants a password (redis_users.h);
// everything is written to an append-only file. It runs under a guard, which ends it, with
// everything written, when no process of the server is left; workers that drain after their master
// was killed still have it. A new master may take it over from the one before. One that is left all
// the same is ended by the next start. It is no member of the master's terminal session, so Ctrl-C
// does not take it away from workers.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/unique_fd.h"
#include "config/redis_address.h"
#include "config/settings.h"
#include "process/backoff.h"
#include "process/guard.h"
#include "process/pid_file.h"

namespace chat::process {

// Throws StartError when there is no redis-server to run.
void require_redis_program();

// Where the managed Redis of the server with these settings is, and as whom to log in there: for
// whoever wants to use it while the server runs. Throws StartError when it does not answer.
config::RedisAddress running_managed_redis(const config::Settings& settings);

class ManagedRedis {
 public:
  // Takes the folder `data`/redis for this process, ends a server left there, starts a new one and
  // waits until it answers, however long it loads its data. Throws StartError.
  explicit ManagedRedis(const config::Settings& settings);

  // Goes on with the server that another master runs in that folder: it stays that one's until
  // take_over(). `lifeline` is the server's. Its users learn at once what this version of the
  // server needs. Throws StartError.
  ManagedRedis(const config::Settings& settings, Lifeline lifeline);

  // Ends the server and waits for that, if it is this one's.
  ~ManagedRedis();
  ManagedRedis(const ManagedRedis&) = delete;
  ManagedRedis& operator=(const ManagedRedis&) = delete;

  // Where it listens, and as whom to log in there.
  config::RedisAddress address() const { return address_; }

  // The other master released the server, whose guard is `guard`: it is this one's from now on.
  // Throws StartError when the folder is a third one's.
  void take_over(pid_t guard);

  // Gives the server and its folder up to another master.
  void release();

  // The process that ends when the server does; 0 while there is none.
  pid_t guard() const { return guard_; }
  const Lifeline& lifeline() const { return lifeline_; }

  // Readable when look() is to be called: the server has ended and is no child of this process.
  int fd() const { return child_ ? -1 : process_.get(); }
  void look();

  // Tells that the child `pid` has ended; false when it was another's. The server is started again
  // by restart_if_due().
  bool reaped(pid_t pid, int status);

  // When restart_if_due() is to be called (monotonic ms), if it is.
  std::optional<std::uint64_t> due() const { return restart_at_; }
  void restart_if_due();

 private:
  // Nothing is started or asked yet.
  ManagedRedis(Lifeline lifeline, const config::Settings& settings);

  void end_leftover() const;
  void spawn();
  void wait_until_ready();
  std::string last_words() const;
  void note_end(const std::string& how);

  std::string folder_;
  std::string fsync_;
  std::string databases_;
  config::RedisAddress address_;
  Lifeline lifeline_;
  std::optional<PidFile> lock_;  // there while the server is this master's
  pid_t guard_ = 0;              // 0: not running
  bool child_ = false;           // the guard is this process's own
  UniqueFd process_;             // the guard's
  std::uint64_t started_at_ = 0;
  std::optional<std::uint64_t> restart_at_;
  Backoff backoff_;
};

}  // namespace chat::process
