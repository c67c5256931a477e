// A new master that the running one started in its place, until it has taken over or failed.
//
// Owned by the old master. The new process is its child; they talk over a channel, whose number is
// the one thing in the new one's environment (kUpgradeVariable).
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "process/control.h"
#include "process/estate.h"

namespace chat::process {

inline constexpr char kUpgradeVariable[] = "CHATD_UPGRADE";

// How this process was started.
struct Invocation {
  std::string program;  // absolute: by this path a new version is found
  std::vector<std::string> words;

  static Invocation of(int argc, char** argv);
};

class Successor {
 public:
  // Runs the program of `invocation`, with its words; the descriptors of the estate stay open in
  // it. Throws std::system_error, also when there is no such program; one that cannot be run all
  // the same says so over the channel.
  Successor(const Invocation& invocation, const Estate& estate);

  pid_t pid() const { return pid_; }
  bool alive() const;  // false once it has ended, reaped or not

  // Readable when receive() has something; -1 once the other end is gone.
  int fd() const { return channel_ ? channel_->fd() : -1; }
  std::optional<Message> receive();

  // False when the new master is gone.
  bool send(Word word, std::string_view text = {});

 private:
  std::optional<ControlChannel> channel_;
  pid_t pid_ = 0;
};

}  // namespace chat::process
