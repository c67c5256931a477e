// Who may fetch which file, remembered for a moment; and addresses that open a file by themselves,
// for clients of the legacy wire, which name no session.
//
// Owned by the worker. A yes is remembered for ten seconds at most, and forgotten at once when the
// bus tells that the members of its conversation changed or a message was taken back; a no is not
// remembered.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "coro/task.h"
#include "store/kept_files.h"
#include "store/redis.h"

namespace chat::features {

class FileAccess {
 public:
  explicit FileAccess(store::KeptFiles& files) : files_(files) {}

  // Reads the key by which addresses are signed, or draws it; all servers of a Redis share it.
  coro::Task<void> load_key(store::Redis& redis);

  // As KeptFiles::see().
  coro::Task<std::optional<store::SeenFile>> see(std::string id, std::string user);

  // Who may see what in that conversation has changed.
  void forget(const std::string& conversation);

  // `path` with what opens the file `id` until `lifetime` from now, or somewhat longer: within an
  // hour the same address is given.
  std::string signed_path(const std::string& path, const std::string& id,
                          std::chrono::seconds lifetime) const;

  // Whether the query of an address opens that file now.
  bool opens(std::string_view query, const std::string& id) const;

 private:
  struct Remembered {
    store::SeenFile seen;
    std::uint64_t until_ms = 0;
  };

  std::string key_for(const std::string& id, std::int64_t until) const;

  store::KeptFiles& files_;
  std::string key_;
  std::unordered_map<std::string, Remembered> remembered_;  // by user and file
  std::uint64_t changes_ = 0;                               // told by forget()
};

}  // namespace chat::features
