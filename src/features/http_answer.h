// Answers to HTTP requests about the chat: messages of the msgpack wire, as JSON.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/rejected.h"
#include "net/http_exchange.h"
#include "protocol/codec.h"
#include "protocol/json_codec.h"

namespace chat::features {

// The status that goes with a refusal.
int status_of(Refusal refusal);

// A record or a message as the msgpack wire says it, in JSON.
template <class Message>
std::string json_of(const Message& message) {
  const std::string bytes = protocol::encode(protocol::Wire::v1, message);
  return protocol::encode_json(
      protocol::decode(protocol::Wire::v1, bytes, protocol::kOwnDataLimits));
}

// An answer with a JSON body that nobody keeps.
void respond_json(const net::HttpExchangePtr& exchange, net::HttpResponse response,
                  std::string_view body);

// Tells why a request is refused; `status` and further fields are those of `response`.
void refuse_http(const net::HttpExchangePtr& exchange, const Rejected& rejected,
                 net::HttpResponse response);
void refuse_http(const net::HttpExchangePtr& exchange, const Rejected& rejected);

}  // namespace chat::features
