// Redis servers and Sentinels on ports of loopback, gone with the test.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "config/redis_address.h"
#include "store/redis_server.h"

namespace chat::store {

inline const std::string kPrimaryName = "chat-primary";

// A Redis that Sentinels can name.
class PortServer : public RedisServer {
 public:
  explicit PortServer(std::vector<std::string> options = {}) : PortServer(free_port(), options) {}

  std::uint16_t port() const { return port_; }
  config::RedisHost host() const { return {"127.0.0.1", port_}; }

  Redis::Options options() const {
    Redis::Options options;
    options.address.kind = config::RedisAddress::Kind::tcp;
    options.address.host = "127.0.0.1";
    options.address.port = port_;
    return options;
  }

 private:
  PortServer(std::uint16_t port, std::vector<std::string> options)
      : RedisServer(with_port(port, std::move(options))), port_(port) {}

  static std::vector<std::string> with_port(std::uint16_t port, std::vector<std::string> options) {
    for (const std::string& word :
         {std::string("--port"), std::to_string(port), std::string("--bind"),
          std::string("127.0.0.1"), std::string("--repl-diskless-sync-delay"), std::string("0")})
      options.push_back(word);
    return options;
  }

  std::uint16_t port_;
};

// A Sentinel that takes `primary` for what a failover of that epoch chose, whatever it is.
class SentinelServer : public RedisServer {
 public:
  SentinelServer(std::uint16_t primary, int epoch, const std::string& password = {})
      : SentinelServer(free_port(), primary, epoch, password) {}

  config::RedisHost host() const { return {"127.0.0.1", port_}; }

 private:
  SentinelServer(std::uint16_t port, std::uint16_t primary, int epoch, const std::string& password)
      : RedisServer({"--sentinel", "--port", std::to_string(port), "--bind", "127.0.0.1"},
                    config(primary, epoch, password)),
        port_(port) {}

  static std::string config(std::uint16_t primary, int epoch, const std::string& password) {
    std::string lines =
        "sentinel monitor " + kPrimaryName + " 127.0.0.1 " + std::to_string(primary) + " 1\n";
    lines += "sentinel config-epoch " + kPrimaryName + ' ' + std::to_string(epoch) + '\n';
    if (!password.empty()) lines += "requirepass " + password + '\n';
    return lines;
  }

  std::uint16_t port_;
};

inline config::RedisAddress watched_by(std::vector<config::RedisHost> sentinels) {
  config::RedisAddress address;
  address.kind = config::RedisAddress::Kind::sentinel;
  address.primary_name = kPrimaryName;
  address.sentinels = std::move(sentinels);
  return address;
}

}  // namespace chat::store
