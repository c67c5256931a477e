// What a worker does in the tests of the master: answers every connection with one line that tells
// who it is, and obeys its master.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "base/log.h"
#include "base/unique_fd.h"
#include "process/worker.h"

namespace chat::process {

class StubWorker {
 public:
  explicit StubWorker(WorkerContext& context) : context_(context) {}

  int run() {
    context_.control.send(Word::ready);
    while (!ended_) {
      std::array<pollfd, 2> descriptors{
          {{context_.control.fd(), POLLIN, 0},
           {context_.listener ? context_.listener->fd() : -1, POLLIN, 0}}};
      ::poll(descriptors.data(), descriptors.size(), -1);
      if (descriptors[1].revents != 0) answer();
      while (const auto message = context_.control.receive()) {
        obey(*message);
        if (message->word == Word::gone) break;
      }
    }
    return 0;
  }

 private:
  void answer() {
    const UniqueFd client(::accept4(context_.listener->fd(), nullptr, nullptr, SOCK_CLOEXEC));
    std::string line = std::to_string(::getpid()) + ' ' + context_.id + ' ' +
                       std::to_string(context_.settings.max_devices);
    for (const std::string& id : context_.dead_ids) line += ' ' + id;
    line += '\n';
    ::send(client.get(), line.data(), line.size(), MSG_NOSIGNAL);
  }

  // With max_devices = 13 it is stubborn, with 14 it does not even end when told to quit.
  void obey(const Message& message) {
    const std::size_t mood = context_.settings.max_devices;
    if (message.word == Word::reload) apply_reload(context_.settings, message.text);
    if (message.word == Word::reopen) {
      log::reopen();
      log::info("reopened");
    }
    const bool drains = message.word == Word::drain || message.word == Word::gone;
    if (drains) context_.listener.reset();
    ended_ = ended_ || (drains && mood < 13) || (message.word == Word::quit && mood < 14);
  }

  WorkerContext& context_;
  bool ended_ = false;
};

inline int run_stub_worker(WorkerContext& context) { return StubWorker(context).run(); }

}  // namespace chat::process
