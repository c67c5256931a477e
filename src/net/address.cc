#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace chat::net {
namespace {

constexpr std::array<unsigned char, 12> kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t kNetworkBytes = 8;  // of an IPv6 address: /64

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string copy(text);
  IpAddress address;
  if (inet_pton(AF_INET6, copy.c_str(), address.bytes_.data()) == 1) return address;
  std::copy(kV4Prefix.begin(), kV4Prefix.end(), address.bytes_.begin());
  if (inet_pton(AF_INET, copy.c_str(), address.bytes_.data() + kV4Prefix.size()) == 1) {
    return address;
  }
  return std::nullopt;
}

IpAddress IpAddress::of(const sockaddr_storage& address) {
  IpAddress ip;
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    std::memcpy(ip.bytes_.data(), &v6.sin6_addr, ip.bytes_.size());
  } else if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    std::copy(kV4Prefix.begin(), kV4Prefix.end(), ip.bytes_.begin());
    std::memcpy(ip.bytes_.data() + kV4Prefix.size(), &v4.sin_addr, sizeof(v4.sin_addr));
  }
  return ip;
}

bool IpAddress::is_v4() const {
  return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes_.begin());
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes_[kV4Prefix.size()] == 127;
  return std::all_of(bytes_.begin(), bytes_.end() - 1, [](unsigned char b) { return b == 0; }) &&
         bytes_.back() == 1;
}

IpAddress IpAddress::limit_group() const {
  IpAddress group = *this;
  if (!is_v4()) std::fill(group.bytes_.begin() + kNetworkBytes, group.bytes_.end(), 0);
  return group;
}

std::string IpAddress::text() const {
  char buffer[INET6_ADDRSTRLEN];
  const bool v4 = is_v4();
  inet_ntop(v4 ? AF_INET : AF_INET6, bytes_.data() + (v4 ? kV4Prefix.size() : 0), buffer,
            sizeof(buffer));
  return buffer;
}

BindAddress BindAddress::parse(std::string_view text, std::uint16_t port) {
  const auto bad = [text](std::string_view why) {
    return std::runtime_error("cannot listen on \"" + std::string(text) +
                              "\": " + std::string(why));
  };
  std::string_view host = text;
  std::string_view port_text;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) throw bad("']' is missing");
    host = text.substr(1, end - 1);
    const std::string_view rest = text.substr(end + 1);
    has_port = !rest.empty();
    if (has_port && rest.front() != ':') throw bad("':' and a port must follow ']'");
    if (has_port) port_text = rest.substr(1);
    if (host.find(':') == std::string_view::npos) throw bad("only IPv6 goes into brackets");
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    const std::size_t colon = text.find(':');
    host = text.substr(0, colon);
    port_text = text.substr(colon + 1);
    has_port = true;
  }

  BindAddress address;
  address.port_ = port;
  if (has_port) {
    const auto own = parse_port(port_text);
    if (!own) throw bad("the port must be a number from 0 to 65535");
    address.port_ = *own;
  }
  address.any_ = host.empty() || host == "*" || host == "::";
  if (!address.any_) {
    const auto ip = IpAddress::parse(host);
    if (!ip) throw bad("give an IPv4 or IPv6 address, or * for all");
    address.ip_ = *ip;
  }
  return address;
}

std::string BindAddress::text() const {
  const std::string host = any_ ? "*" : ip_.is_v4() ? ip_.text() : "[" + ip_.text() + "]";
  return host + ":" + std::to_string(port_);
}

socklen_t BindAddress::fill(sockaddr_storage& address, int family) const {
  address = {};
  if (family == AF_INET) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(address);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port_);
    if (!any_)
      std::memcpy(&v4.sin_addr, ip_.bytes().data() + kV4Prefix.size(), sizeof(v4.sin_addr));
    return sizeof(v4);
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port_);
  std::memcpy(&v6.sin6_addr, ip_.bytes().data(), ip_.bytes().size());
  return sizeof(v6);
}

}  // namespace chat::net
