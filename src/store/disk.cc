#include "store/disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/unique_fd.h"

namespace chat::store {

Rejected disk_failure(std::string_view what) {
  return Rejected(Refusal::upload_failed, std::string(what) + ": " + std::strerror(errno));
}

void make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw Rejected(Refusal::upload_failed, path + ": " + error.message());
}

void flush_folder(const std::string& path) {
  const UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) throw disk_failure(path);
}

void write_all(int file, std::string_view bytes, std::string_view name) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw disk_failure(name);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace chat::store
