// A worker's end of the listening socket: takes new connections, its fair share of them.
//
// All workers poll the same socket. A worker that is ahead of the others in live connections leaves
// the socket alone for a moment, bounded, so that a hung or busy neighbour never stalls the server.
// Owned by the worker; the listening descriptor must outlive it.
#pragma once

#include <event2/event_struct.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "base/unique_fd.h"
#include "net/event_loop.h"
#include "net/shared_counters.h"

namespace chat::net {

struct AcceptLimits {
  std::uint32_t per_worker = 20000;  // live connections of this worker; 0: no limit
  std::uint32_t per_address = 200;   // over all workers; 0: no limit
  std::size_t handshakes = 500;      // waiting for the processor in this worker; 0: no limit
};

class Acceptor {
 public:
  // A new connection, not blocking, TCP_NODELAY set.
  using OnConnection = std::function<void(UniqueFd socket, CountedPeer peer)>;

  struct Options {
    int listener = -1;    // listening socket, not owned
    unsigned worker = 0;  // own slot in the counters
    AcceptLimits limits;
    bool plain_http = false;     // clients turned away are told 503 at once
    std::string common_headers;  // finished header lines of that answer
  };

  // A connection to turn away under TLS: takes it over, to say so, or returns false to have it
  // reset.
  using OnSurplus = std::function<bool(UniqueFd& socket, CountedPeer& peer)>;

  // Accepts from construction on, until stop() or destruction.
  Acceptor(EventLoop& loop, SharedCounters& counters, Options options, OnConnection on_connection,
           OnSurplus on_surplus = {});
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  // Accepts no more; the listening socket stays open for the other workers.
  void stop();

  void set_limits(const AcceptLimits& limits) { options_.limits = limits; }

  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t turned_away() const { return turned_away_; }

 private:
  static constexpr int kBatch = 16;      // connections taken in one turn
  static constexpr int kMostPauses = 2;  // in a row, while connections wait
  static constexpr std::chrono::milliseconds kPause{1};
  static constexpr std::chrono::milliseconds kRestAfterError{100};

  void on_readable();
  bool accept_one();
  void recover_from(int error);
  bool ahead_of_others() const;
  void rest(std::chrono::milliseconds duration);
  void take(UniqueFd socket, const IpAddress& address);
  bool over_limit(const IpAddress& address) const;
  void turn_away(UniqueFd socket, const IpAddress& address);
  void answer_503(const UniqueFd& socket);
  void make_room();

  EventLoop& loop_;
  SharedCounters& counters_;
  Options options_;
  OnConnection on_connection_;
  OnSurplus on_surplus_;
  event readable_;
  Timer heartbeat_;
  Timer resting_;
  UniqueFd reserve_;  // given up for a moment when descriptors run out
  int pauses_ = 0;
  bool stopped_ = false;
  std::uint64_t accepted_ = 0;
  std::uint64_t turned_away_ = 0;
  std::uint64_t next_complaint_ms_ = 0;
};

}  // namespace chat::net
