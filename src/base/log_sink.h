// Where log lines end: a file or standard error, written a line at a time.
//
// Owned by the log. One write(2) on an O_APPEND descriptor is one line, so the master and its
// workers share a file without mixing lines. A line that cannot be written (disk full, a pipe
// nobody reads) is dropped and counted.
#pragma once

#include <spdlog/sinks/base_sink.h>

#include <mutex>
#include <string>

#include "base/unique_fd.h"

namespace chat::log {

class LogSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  // Empty `path` is standard error. Throws std::runtime_error when the file cannot be opened.
  explicit LogSink(std::string path);

  // Opens the file anew; on failure throws std::runtime_error and keeps the old one.
  void reopen();

  // The number of lines dropped before the last one written; 0 while lines are still dropped.
  std::size_t claim_lost();

 private:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}

  bool write_line(std::string_view line);

  std::string path_;
  UniqueFd file_;
  int fd_;
  std::size_t lost_ = 0;
  bool writable_ = true;
  bool torn_ = false;  // the last line went out in part
};

}  // namespace chat::log
