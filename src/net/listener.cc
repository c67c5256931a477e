#include "net/listener.h"

#include <netinet/in.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace chat::net {
namespace {

constexpr int kBacklog = 4096;

int family_of(const BindAddress& address) {
  return !address.any() && address.ip().is_v4() ? AF_INET : AF_INET6;
}

std::runtime_error failure(const std::string& address, int error) {
  std::string why = std::strerror(error);
  if (error == EADDRINUSE) {
    why = "the port is in use; stop the program that holds it or choose another port";
  } else if (error == EACCES) {
    why = "not permitted; ports below 1024 need root or CAP_NET_BIND_SERVICE";
  } else if (error == EADDRNOTAVAIL) {
    why = "this machine does not have that address";
  }
  return std::runtime_error("cannot listen on " + address + ": " + why);
}

void allow(int fd, int option) {
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, option, &on, sizeof(on));
}

}  // namespace

Listener Listener::bind(const BindAddress& address) {
  Listener listener = bind(address, nullptr);
  listener.listen();
  return listener;
}

Listener Listener::bind_beside(const BindAddress& address, const Listener& running) {
  return bind(address, &running);
}

Listener Listener::bind(const BindAddress& address, const Listener* running) {
  int family = family_of(address);
  UniqueFd fd(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd && errno == EAFNOSUPPORT && address.any()) {
    family = AF_INET;
    fd.reset(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  }
  if (!fd) throw failure(address.text(), errno);

  allow(fd.get(), SO_REUSEADDR);
  if (running != nullptr) {
    // Not at an ordinary start, where a second server would go unnoticed.
    allow(running->fd(), SO_REUSEPORT);
    allow(fd.get(), SO_REUSEPORT);
  }
  if (family == AF_INET6) {
    const int only_v6 = address.any() ? 0 : 1;
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof(only_v6));
  }
  sockaddr_storage name;
  const socklen_t length = address.fill(name, family);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), length) != 0)
    throw failure(address.text(), errno);
  return Listener(std::move(fd));
}

void Listener::listen() {
  if (::listen(fd_.get(), kBacklog) != 0) throw failure("port " + std::to_string(port()), errno);
}

Listener Listener::adopt(UniqueFd fd) {
  int listening = 0;
  socklen_t length = sizeof(listening);
  if (getsockopt(fd.get(), SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) != 0 || listening == 0) {
    throw std::runtime_error("descriptor " + std::to_string(fd.get()) +
                             " is not a listening socket");
  }
  return Listener(std::move(fd));
}

std::uint16_t Listener::port() const {
  sockaddr_storage name{};
  socklen_t length = sizeof(name);
  getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&name), &length);
  return ntohs(name.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(name).sin6_port
                                          : reinterpret_cast<sockaddr_in&>(name).sin_port);
}

}  // namespace chat::net
