#include "store/name_lookup.h"

#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/util.h>

#include <utility>

namespace chat::store {
namespace {

bool is_numeric(const std::string& host) {
  in6_addr scratch;
  return inet_pton(AF_INET, host.c_str(), &scratch) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &scratch) == 1;
}

std::string text_of(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = {};
  const void* bytes =
      address->sa_family == AF_INET6
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr)
          : &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
  inet_ntop(address->sa_family, bytes, text, sizeof text);
  return text;
}

}  // namespace

struct NameLookup::Request {
  NameLookup* owner;  // nullptr: nobody waits any more
  OnFound on_found;

  static void finish(int error, evutil_addrinfo* found, void* raw) {
    const std::unique_ptr<Request> request(static_cast<Request*>(raw));
    std::vector<std::string> addresses;
    for (const evutil_addrinfo* item = found; item != nullptr; item = item->ai_next)
      if (item->ai_family == AF_INET || item->ai_family == AF_INET6)
        addresses.push_back(text_of(item->ai_addr));
    if (found != nullptr) evutil_freeaddrinfo(found);
    if (request->owner == nullptr) return;
    request->owner->request_ = nullptr;
    request->on_found(addresses, addresses.empty() ? evutil_gai_strerror(error) : "");
  }
};

void NameLookup::FreeDns::operator()(evdns_base* dns) const { evdns_base_free(dns, 1); }

NameLookup::~NameLookup() { forget(); }

void NameLookup::start(const std::string& host, OnFound on_found) {
  forget();
  if (is_numeric(host)) {
    on_found(std::vector<std::string>(1, host), {});
    return;
  }
  if (!dns_)
    dns_.reset(evdns_base_new(
        base_, EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE));
  if (!dns_) {
    on_found({}, "no name server is known");
    return;
  }
  evutil_addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  request_ = new Request{this, std::move(on_found)};
  evdns_getaddrinfo(dns_.get(), host.c_str(), nullptr, &hints, &Request::finish, request_);
}

void NameLookup::forget() {
  if (request_ != nullptr) request_->owner = nullptr;
  request_ = nullptr;
}

}  // namespace chat::store
