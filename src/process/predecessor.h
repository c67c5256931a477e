// The master that this process was started by to take its place.
//
// Owned by the new master, until the old one has ended.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/unique_fd.h"
#include "net/listener.h"
#include "process/control.h"
#include "process/estate.h"
#include "process/guard.h"
#include "process/pid_file.h"

namespace chat::process {

class Predecessor {
 public:
  // The one that the environment tells of, and no longer will; nothing at an ordinary start. Throws
  // StartError when what the environment says is not so.
  static std::optional<Predecessor> find();

  // What is inherited, each to be taken once.
  const Estate& estate() const { return estate_; }
  net::Listener take_listener() { return net::Listener::adopt(std::move(listener_)); }
  UniqueFd take_pid_file() { return std::move(pid_file_); }
  Lifeline take_lifeline() { return std::move(lifeline_); }

  int fd() const { return channel_.fd(); }
  std::optional<Message> receive() { return channel_.receive(); }

  // Waits for the end of the old master's process, `patience` at most; then its locks are free.
  void wait_for_end(std::chrono::milliseconds patience) const;

  // False when the old master is gone.
  bool send(Word word, std::string_view text = {}) { return channel_.send(word, text); }

 private:
  explicit Predecessor(UniqueFd channel) : channel_(ControlChannel::adopt(std::move(channel))) {}

  ControlChannel channel_;
  UniqueFd process_;  // none once it has ended
  Estate estate_;
  UniqueFd listener_;
  UniqueFd pid_file_;
  Lifeline lifeline_;
};

}  // namespace chat::process
