// A file on its way up that may pause: its bytes on disk, and beside them how far its SHA-256 has
// come. Blocking: every call runs on the thread pool, one after the other.
//
// In the folder `.open` of the upload folder, `ID` holds the bytes and `ID.sum` the sum. The offset
// is the length of `ID`, so it holds whatever dies. While a PartialFile lives, no other process or
// object writes to the same one; the lock goes with the process. The sum may be older than the
// bytes: what it lacks is read again.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "store/digest.h"

namespace chat::store {

// A chunk that counts only if it has this sum.
struct ChunkSum {
  std::string algorithm;  // one that Checksum knows
  std::string expected;   // bytes
};

class PartialFile {
 public:
  // Makes an empty one. Throws Rejected(upload_failed).
  static void create(const std::string& root, const std::string& id);

  // How many bytes are there; nothing when there is no such file. Needs no lock.
  static std::optional<std::uint64_t> offset_of(const std::string& root, const std::string& id);

  static void remove(const std::string& root, const std::string& id);

  // The ids of some of those that nobody wrote to for that long.
  static std::vector<std::string> unused_since(const std::string& root, std::chrono::seconds age);

  // Opens one and locks it. `root` is the upload folder. Throws Rejected: `upload_busy`,
  // `no_such_file`, `upload_failed`.
  PartialFile(std::string root, std::string id);

  // Flushes, unless pause() has, so that the sum is not lost with a client that left.
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  // What is written from here on counts only once end_chunk() found that it has this sum.
  void begin_chunk(const ChunkSum& sum);

  // Appends. Throws Rejected(upload_failed).
  void write(std::string_view bytes);

  // Throws Rejected(bad_checksum), and the chunk is gone.
  void end_chunk();

  // Everything written is on disk when this ends, and the sum with it. Throws
  // Rejected(upload_failed).
  void pause();

  // It is going to be removed: nothing of it is flushed any more.
  void give_up();

  std::uint64_t offset() const { return offset_; }

  // The first 64 KiB of it.
  std::string beginning() const;

  // SHA-256 of all that is there, hex.
  std::string hash() const;

  std::string path() const;

 private:
  void catch_up(std::uint64_t from);
  void cut(std::uint64_t offset);
  void save() const;

  std::string root_;
  std::string id_;
  UniqueFd file_;
  std::uint64_t offset_ = 0;
  std::uint64_t summed_ = 0;  // bytes whose sum is on disk
  Sha256 digest_;
  std::optional<Checksum> checksum_;  // of the chunk under way
  std::string expected_;
  std::uint64_t chunk_begin_ = 0;
  Sha256 digest_before_;
};

}  // namespace chat::store
