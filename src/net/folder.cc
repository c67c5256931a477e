#include "net/folder.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace chat::net {
namespace {

// A file that is a pipe must not block its opener.
constexpr int kFileFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

}  // namespace

bool is_plain_name(std::string_view name) {
  while (true) {
    const std::size_t slash = name.find('/');
    const std::string_view part = name.substr(0, slash);
    if (part.empty() || part.starts_with('.')) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

Folder::Folder(const std::string& path)
    : folder_(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
  if (!folder_) {
    throw std::runtime_error("cannot serve files from " + path + ": " + std::strerror(errno));
  }
}

UniqueFd Folder::open_file(const std::string& name) const {
  if (!is_plain_name(name) || name.find('\0') != std::string::npos) return {};
  UniqueFd file = open_beneath(name);
  if (!file && (errno == ENOSYS || errno == EPERM)) file = open_part_by_part(name);
  struct stat facts {};
  if (!file || fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return {};
  return file;
}

UniqueFd Folder::open_beneath(const std::string& name) const {
  open_how how{};
  how.flags = kFileFlags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const long fd = syscall(SYS_openat2, folder_.get(), name.c_str(), &how, sizeof(how));
  return UniqueFd(static_cast<int>(fd));
}

// For kernels before 5.6 and sandboxes that do not know openat2.
UniqueFd Folder::open_part_by_part(const std::string& name) const {
  UniqueFd folder;
  std::size_t begin = 0;
  for (std::size_t slash = name.find('/'); slash != std::string::npos;
       slash = name.find('/', begin)) {
    const std::string part = name.substr(begin, slash - begin);
    const int from = folder ? folder.get() : folder_.get();
    folder.reset(openat(from, part.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder) return {};
    begin = slash + 1;
  }
  const int from = folder ? folder.get() : folder_.get();
  return UniqueFd(openat(from, name.c_str() + begin, kFileFlags));
}

}  // namespace chat::net
