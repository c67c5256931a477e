#include "process/pid_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "process/start_error.h"

namespace chat::process {
namespace {

constexpr mode_t kMode = 0644;

struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

[[noreturn]] void fail_locked(const std::string& path, int fd) {
  struct flock lock = whole_file();
  ::fcntl(fd, F_GETLK, &lock);
  throw StartError(ExitCode::configuration,
                   fmt::format("{}: held by process {}; stop that server first, or give this one "
                               "a file and a data folder of its own",
                               path, lock.l_pid));
}

[[noreturn]] void fail_write(const std::string& path) {
  throw StartError(ExitCode::configuration,
                   fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
}

UniqueFd open_file(const std::string& path) {
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kMode));
  if (!file) fail_write(path);
  return file;
}

}  // namespace

PidFile::PidFile(std::string path) : PidFile(path, open_file(path)) {}

PidFile::PidFile(std::string path, UniqueFd file) : path_(std::move(path)), file_(std::move(file)) {
  struct flock lock = whole_file();
  if (::fcntl(file_.get(), F_SETLK, &lock) != 0) fail_locked(path_, file_.get());
  const std::string text = std::to_string(::getpid()) + '\n';
  // In this order the file is never without an id.
  if (::pwrite(file_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()) ||
      ::ftruncate(file_.get(), static_cast<off_t>(text.size())) != 0)
    fail_write(path_);
}

PidFile::~PidFile() {
  if (!file_) return;
  // Without the right to remove it, as after a change of user, an empty file stays.
  if (::ftruncate(file_.get(), 0) == 0) ::unlink(path_.c_str());
}

std::optional<int> read_pid(const std::string& path) {
  int pid = 0;
  if (std::ifstream stream(path); !(stream >> pid) || pid <= 1) return std::nullopt;
  return pid;
}

}  // namespace chat::process
