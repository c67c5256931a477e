#include "process/predecessor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <charconv>
#include <cstdlib>
#include <string>

#include "process/child.h"
#include "process/start_error.h"
#include "process/successor.h"

namespace chat::process {
namespace {

// Owned from now on, and hidden from programs that this process runs.
UniqueFd inherited(int fd) {
  if (fd < 0 || ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return UniqueFd();
  return UniqueFd(fd);
}

int option_of(int fd, int option) {
  int value = -1;
  socklen_t length = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
}

UniqueFd channel_named(std::string_view text) {
  int fd = -1;
  std::from_chars(text.data(), text.data() + text.size(), fd);
  if (option_of(fd, SO_DOMAIN) != AF_UNIX || option_of(fd, SO_TYPE) != SOCK_SEQPACKET)
    throw StartError(
        ExitCode::configuration,
        fmt::format("{} is for a server that replaces a running one: unset it", kUpgradeVariable));
  return inherited(fd);
}

}  // namespace

void Predecessor::wait_for_end(std::chrono::milliseconds patience) const {
  if (process_) ends_within(process_, patience);
}

std::optional<Predecessor> Predecessor::find() {
  const char* variable = std::getenv(kUpgradeVariable);
  if (variable == nullptr) return std::nullopt;
  const std::string text = variable;
  ::unsetenv(kUpgradeVariable);
  Predecessor predecessor(channel_named(text));
  const std::optional<Message> will = predecessor.receive();
  if (!will || will->word != Word::estate)
    throw StartError(ExitCode::configuration, "the running server says nothing of itself");
  Estate& estate = predecessor.estate_;
  estate = Estate::parse(will->text);
  predecessor.process_ = watch_process(estate.master);
  predecessor.listener_ = inherited(estate.listener);
  predecessor.pid_file_ = inherited(estate.pid_file);
  predecessor.lifeline_ = {inherited(estate.lifeline_watch), inherited(estate.lifeline_hold)};
  return predecessor;
}

}  // namespace chat::process
