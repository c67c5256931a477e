#include "net/shared_counters.h"

#include <sys/mman.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace chat::net {
namespace {

__extension__ using Wide = unsigned __int128;

// A keyed hash by folded multiplication: without the salt nobody can choose addresses that collide.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

SharedCounters::SharedCounters(unsigned workers) : workers_(std::max(workers, 1U)) {
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
  void* memory = mmap(nullptr, workers_ * sizeof(Slot), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    throw std::system_error(errno, std::generic_category(), "shared counters");
  }
  slots_ = static_cast<Slot*>(memory);  // zero pages are valid empty slots
  if (getrandom(salt_, sizeof(salt_), 0) != sizeof(salt_)) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
}

SharedCounters::~SharedCounters() { munmap(slots_, workers_ * sizeof(Slot)); }

SharedCounters::Place SharedCounters::place_of(const IpAddress& address) const {
  std::uint64_t halves[2];
  std::memcpy(halves, address.limit_group().bytes().data(), sizeof(halves));
  const std::uint64_t hash =
      mix(mix(halves[0] ^ salt_[0], halves[1] ^ salt_[1]) ^ salt_[2], salt_[3] | 1);
  return {{hash % kBuckets, (hash >> 32) % kBuckets}};
}

void SharedCounters::add(unsigned worker, const IpAddress& address) {
  Slot& slot = slots_[worker];
  slot.live.fetch_add(1, std::memory_order_relaxed);
  const Place place = place_of(address);
  for (std::size_t row = 0; row < kRows; ++row) {
    slot.addresses[row][place.bucket[row]].fetch_add(1, std::memory_order_relaxed);
  }
}

void SharedCounters::remove(unsigned worker, const IpAddress& address) {
  Slot& slot = slots_[worker];
  slot.live.fetch_sub(1, std::memory_order_relaxed);
  const Place place = place_of(address);
  for (std::size_t row = 0; row < kRows; ++row) {
    slot.addresses[row][place.bucket[row]].fetch_sub(1, std::memory_order_relaxed);
  }
}

std::uint32_t SharedCounters::live(unsigned worker) const {
  return slots_[worker].live.load(std::memory_order_relaxed);
}

std::uint64_t SharedCounters::live_total() const {
  std::uint64_t total = 0;
  for (unsigned worker = 0; worker < workers_; ++worker) total += live(worker);
  return total;
}

std::uint32_t SharedCounters::of_address(const IpAddress& address) const {
  const Place place = place_of(address);
  std::uint32_t least = UINT32_MAX;
  for (std::size_t row = 0; row < kRows; ++row) {
    std::uint32_t sum = 0;
    for (unsigned worker = 0; worker < workers_; ++worker) {
      sum += slots_[worker].addresses[row][place.bucket[row]].load(std::memory_order_relaxed);
    }
    least = std::min(least, sum);
  }
  return least;
}

void SharedCounters::beat(unsigned worker, std::uint64_t now_ms) {
  slots_[worker].beat_ms.store(now_ms, std::memory_order_relaxed);
}

std::uint32_t SharedCounters::fewest_live(unsigned worker, std::uint64_t now_ms) const {
  std::uint32_t fewest = live(worker);
  for (unsigned other = 0; other < workers_; ++other) {
    const std::uint64_t beat = slots_[other].beat_ms.load(std::memory_order_relaxed);
    if (beat != 0 && now_ms < beat + kHungAfterMs) fewest = std::min(fewest, live(other));
  }
  return fewest;
}

void SharedCounters::retire(unsigned worker) {
  slots_[worker].beat_ms.store(0, std::memory_order_relaxed);
}

void SharedCounters::clear(unsigned worker) {
  retire(worker);
  Slot& slot = slots_[worker];
  slot.live.store(0, std::memory_order_relaxed);
  for (auto& row : slot.addresses) {
    for (auto& count : row) {
      if (count.load(std::memory_order_relaxed) != 0) count.store(0, std::memory_order_relaxed);
    }
  }
}

CountedPeer::CountedPeer(SharedCounters& counters, unsigned worker, const IpAddress& address)
    : counters_(&counters), worker_(worker), address_(address) {
  counters.add(worker, address);
}

CountedPeer::CountedPeer(CountedPeer&& other) noexcept
    : counters_(std::exchange(other.counters_, nullptr)),
      worker_(other.worker_),
      address_(other.address_) {}

CountedPeer& CountedPeer::operator=(CountedPeer&& other) noexcept {
  std::swap(counters_, other.counters_);
  std::swap(worker_, other.worker_);
  std::swap(address_, other.address_);
  return *this;
}

CountedPeer::~CountedPeer() { uncount(); }

void CountedPeer::uncount() {
  if (counters_ != nullptr) std::exchange(counters_, nullptr)->remove(worker_, address_);
}

}  // namespace chat::net
