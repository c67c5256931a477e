// Internet addresses as values: of peers, for limits and logs, and to listen on.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chat::net {

// An IPv4 or IPv6 address without a port; IPv4 is held in its v4-mapped form, so that a peer is the
// same on an IPv4 and on a dual-stack socket. The default is `::`.
class IpAddress {
 public:
  IpAddress() = default;

  // "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"; nothing for anything else.
  static std::optional<IpAddress> parse(std::string_view text);

  // The address in an AF_INET or AF_INET6 socket address; `::` for other families.
  static IpAddress of(const sockaddr_storage& address);

  bool is_v4() const;
  bool is_loopback() const;

  // What a limit per address counts: an IPv4 address itself, the /64 network of an IPv6 one, since
  // one subscriber commonly holds all of a /64.
  IpAddress limit_group() const;

  // "192.0.2.1" or "2001:db8::1" (RFC 5952).
  std::string text() const;

  const std::array<unsigned char, 16>& bytes() const { return bytes_; }
  bool operator==(const IpAddress&) const = default;

 private:
  std::array<unsigned char, 16> bytes_{};
};

// An address to listen on.
class BindAddress {
 public:
  // Accepts "", "*" (all of IPv4 and IPv6), "192.0.2.1", "::1", "[::1]", and with a port of its own
  // "*:8080", "192.0.2.1:8080", "[::1]:8080"; `port` serves where the text names none (0: the
  // kernel picks). Throws std::runtime_error, one line, for anything else; names are not resolved.
  static BindAddress parse(std::string_view text, std::uint16_t port);

  const IpAddress& ip() const { return ip_; }
  std::uint16_t port() const { return port_; }
  bool any() const { return any_; }  // all of IPv4 and IPv6

  // "192.0.2.1:8080", "[::1]:8080", "*:8080"
  std::string text() const;

  // The socket address of `family`, AF_INET or AF_INET6; returns its length.
  socklen_t fill(sockaddr_storage& address, int family) const;

 private:
  IpAddress ip_;
  std::uint16_t port_ = 0;
  bool any_ = true;
};

}  // namespace chat::net
