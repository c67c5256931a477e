// Compares the upload folder with what Redis says of it, and puts right what does not fit.
//
// For a process that does nothing else: it reads folders without leaving the loop to others. A
// server may run meanwhile; what it is about to keep is left alone.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "coro/task.h"
#include "store/redis.h"

namespace chat::store {

class FileCheck {
 public:
  // What was looked at and what does not fit, a line each.
  struct Report {
    std::size_t files = 0;
    std::size_t contents = 0;
    std::size_t uploads = 0;  // unfinished
    std::size_t paths = 0;    // of the legacy wire
    std::vector<std::string> findings;
    std::size_t unmended = 0;  // of them, when they were to be mended
  };

  // `root` is the upload folder.
  FileCheck(Redis& redis, std::string root) : redis_(redis), root_(std::move(root)) {}

  // Looks at everything; with `mend` puts right what it finds. Throws Rejected.
  coro::Task<Report> run(bool mend);

 private:
  struct Content {
    std::string hash;
    std::string name;
    bool has_preview = false;
  };

  coro::Task<void> check_contents(std::vector<Content> contents);
  coro::Task<void> check_strays(std::vector<std::string> on_disk, std::vector<Content> contents);
  coro::Task<void> check_uploads(std::vector<std::string> ids);
  coro::Task<void> check_paths(std::vector<std::string> hashes_and_paths);
  void tell(std::string finding) { report_.findings.push_back(std::move(finding)); }
  void remove(const std::string& path);

  Redis& redis_;
  std::string root_;
  bool mend_ = false;
  Report report_;
};

}  // namespace chat::store
