// A file that holds the process id of its owner, who alone can lock it.
//
// The lock goes with the process, however it ends, so a file left behind by a killed server is no
// obstacle; children do not inherit it. Destroying the PidFile empties and removes the file.
#pragma once

#include <optional>
#include <string>

#include "base/unique_fd.h"

namespace chat::process {

class PidFile {
 public:
  // Locks `path`, creating it if needed, and writes the own process id into it. Throws StartError
  // when another process holds it or the file cannot be written.
  explicit PidFile(std::string path);

  // The same with a file that is open already: the right to open it may be lost by now.
  PidFile(std::string path, UniqueFd file);

  PidFile(PidFile&&) noexcept = default;
  PidFile& operator=(PidFile&&) = delete;
  ~PidFile();

  // The open file, for a process that takes it over; its lock is not inherited.
  int fd() const { return file_.get(); }
  const std::string& path() const { return path_; }

  // Gives the file up, as it is, to whoever locks it next.
  void release() { file_.reset(); }

 private:
  std::string path_;
  UniqueFd file_;
};

// The process id in a file, or nothing when there is none.
std::optional<int> read_pid(const std::string& path);

}  // namespace chat::process
