#include "base/log_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace chat::log {
namespace {

constexpr mode_t kFileMode = 0640;

UniqueFd open_file(const std::string& path) {
  UniqueFd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kFileMode));
  if (!file)
    throw std::runtime_error("cannot open the log file " + path + ": " + std::strerror(errno));
  return file;
}

// A pipe or terminal that would block is not waited for.
bool has_room(int fd) {
  pollfd state{fd, POLLOUT, 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & POLLOUT) != 0;
}

}  // namespace

LogSink::LogSink(std::string path) : path_(std::move(path)), fd_(STDERR_FILENO) {
  if (path_.empty()) return;
  file_ = open_file(path_);
  fd_ = file_.get();
}

void LogSink::reopen() {
  const std::lock_guard lock(mutex_);
  if (path_.empty()) return;
  file_ = open_file(path_);
  fd_ = file_.get();
}

void LogSink::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  writable_ = write_line({line.data(), line.size()});
  if (!writable_) ++lost_;
}

std::size_t LogSink::claim_lost() {
  const std::lock_guard lock(mutex_);
  return writable_ ? std::exchange(lost_, 0) : 0;
}

bool LogSink::write_line(std::string_view line) {
  if (!has_room(fd_)) return false;
  if (torn_ && ::write(fd_, "\n", 1) != 1) return false;
  torn_ = false;
  const ssize_t written = ::write(fd_, line.data(), line.size());
  torn_ = written > 0 && static_cast<std::size_t>(written) < line.size();
  return written == static_cast<ssize_t>(line.size());
}

}  // namespace chat::log
