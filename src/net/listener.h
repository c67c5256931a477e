// The listening socket: bound once by the master, before fork, shared by all workers.
#pragma once

#include <cstdint>

#include "base/unique_fd.h"
#include "net/address.h"

namespace chat::net {

class Listener {
 public:
  // Binds and listens; the socket does not block and is closed on exec. `any()` addresses get one
  // dual-stack socket, or IPv4 where the machine has no IPv6. Throws std::runtime_error with one
  // line that says what to do: port in use, not permitted, no such address.
  static Listener bind(const BindAddress& address);

  // Binds beside `running`, the socket of a server that this one is to replace: the same port can
  // be had for an address that holds that one's, or is held by it, if both have the same owner.
  // Until listen() all connections are that one's. Throws as bind() does.
  static Listener bind_beside(const BindAddress& address, const Listener& running);

  // Listens, if it does not yet. Throws as bind() does.
  void listen();

  // Takes over a listening socket inherited from another process, as in a binary upgrade. Throws
  // std::runtime_error when `fd` is not one.
  static Listener adopt(UniqueFd fd);

  int fd() const { return fd_.get(); }
  std::uint16_t port() const;  // the real one, also after port 0

 private:
  explicit Listener(UniqueFd fd) : fd_(std::move(fd)) {}

  static Listener bind(const BindAddress& address, const Listener* running);

  UniqueFd fd_;
};

}  // namespace chat::net
