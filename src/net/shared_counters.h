// Counts that all workers see: live connections of each worker, and connections per address.
//
// The master makes one before it forks; the memory is shared by all processes of the server. Each
// worker writes its own slot only, everybody reads all. When a worker has died the master clears
// its slot before it respawns it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "net/address.h"

namespace chat::net {

class SharedCounters {
 public:
  // `workers` slots, at least 1. Throws std::system_error when there is no memory.
  explicit SharedCounters(unsigned workers);
  ~SharedCounters();
  SharedCounters(const SharedCounters&) = delete;
  SharedCounters& operator=(const SharedCounters&) = delete;

  unsigned workers() const { return workers_; }

  // Worker `worker` took or lost a connection of `address`.
  void add(unsigned worker, const IpAddress& address);
  void remove(unsigned worker, const IpAddress& address);

  std::uint32_t live(unsigned worker) const;
  std::uint64_t live_total() const;

  // Connections of the limit group of `address` over all workers. Never too low; too high only
  // when others collide with it in both rows of the table.
  std::uint32_t of_address(const IpAddress& address) const;

  // A worker that beat less than `kHungAfterMs` ago can be counted on to accept connections.
  void beat(unsigned worker, std::uint64_t now_ms);
  static constexpr std::uint64_t kHungAfterMs = 1000;

  // The fewest live connections of any worker that can be counted on, `worker` itself included.
  std::uint32_t fewest_live(unsigned worker, std::uint64_t now_ms) const;

  // `worker` accepts no more, but keeps its connections for now.
  void retire(unsigned worker);

  // Zeroes everything `worker` counted: its process is dead.
  void clear(unsigned worker);

 private:
  static constexpr std::size_t kBuckets = 8192;  // per row
  static constexpr std::size_t kRows = 2;

  struct alignas(64) Slot {
    std::atomic<std::uint32_t> live;
    std::atomic<std::uint64_t> beat_ms;
    std::atomic<std::uint32_t> addresses[kRows][kBuckets];
  };
  struct Place {
    std::size_t bucket[kRows];
  };

  Place place_of(const IpAddress& address) const;

  unsigned workers_;
  std::uint64_t salt_[4];
  Slot* slots_;  // shared memory, `workers_` long
};

// One accepted connection in the counters, counted as long as this lives.
class CountedPeer {
 public:
  CountedPeer() = default;
  CountedPeer(SharedCounters& counters, unsigned worker, const IpAddress& address);
  CountedPeer(CountedPeer&& other) noexcept;
  CountedPeer& operator=(CountedPeer&& other) noexcept;
  ~CountedPeer();

  // Takes the connection out of the counters early; the address stays.
  void uncount();

  const IpAddress& address() const { return address_; }

 private:
  SharedCounters* counters_ = nullptr;
  unsigned worker_ = 0;
  IpAddress address_;
};

}  // namespace chat::net
