#include "store/folder_flusher.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/unique_fd.h"

namespace chat::store {
namespace {

constexpr std::chrono::seconds kPeriod{1};

void flush_files(const std::string& folder) {
  std::error_code error;
  std::filesystem::directory_iterator files(folder, error);
  for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) {
    const UniqueFd file(::open(files->path().c_str(), O_RDONLY | O_CLOEXEC));
    if (file) ::fdatasync(file.get());
  }
}

}  // namespace

FolderFlusher::FolderFlusher(net::EventLoop& loop, net::ThreadPool& disk, std::string folder)
    : disk_(disk), folder_(std::move(folder)), timer_(loop.every(kPeriod, [this] { flush(); })) {}

void FolderFlusher::flush() {
  if (*flushing_) return;
  *flushing_ = disk_.submit([folder = folder_] { flush_files(folder); },
                            [flushing = flushing_] { *flushing = false; });
}

}  // namespace chat::store
