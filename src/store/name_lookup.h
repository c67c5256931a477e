// Looks host names up without blocking the event loop.
//
// Owned by whoever connects; destroying it forgets a lookup under way. Reads /etc/hosts and
// /etc/resolv.conf when the first name is looked up.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

struct event_base;
struct evdns_base;

namespace chat::store {

class NameLookup {
 public:
  // The numeric addresses of a name, or none and why.
  using OnFound =
      std::function<void(const std::vector<std::string>& addresses, const std::string& problem)>;

  explicit NameLookup(event_base* base) : base_(base) {}
  ~NameLookup();
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;

  // Calls `on_found` once, possibly before it returns, unless another start() or the end of this
  // object comes first. A numeric address is its own answer.
  void start(const std::string& host, OnFound on_found);

 private:
  struct Request;
  struct FreeDns {
    void operator()(evdns_base* dns) const;
  };

  void forget();

  event_base* base_;
  std::unique_ptr<evdns_base, FreeDns> dns_;
  Request* request_ = nullptr;  // owned by libevent while under way
};

}  // namespace chat::store
