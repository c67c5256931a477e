// Bodies of HTTP messages that are too long for memory: where they come from and where they go.
#pragma once

#include <memory>
#include <string_view>

namespace chat::net {

class HttpExchange;
using HttpExchangePtr = std::shared_ptr<HttpExchange>;

// Brings the body of an answer, a piece at a time. Owned by the exchange; destroyed when the answer
// is complete or the peer gone.
class BodySource {
 public:
  virtual ~BodySource() = default;

  // Asks for the next piece: answer, now or later, with exchange->send_piece() or abort(). Called
  // again once that piece has gone to the kernel.
  virtual void pull(const HttpExchangePtr& exchange) = 0;
};

// Takes the body of a request, a piece at a time. Owned by the exchange; destroyed without on_end()
// when the peer goes before. May answer before the end: the connection is then closed.
class BodySink {
 public:
  virtual ~BodySink() = default;

  virtual void on_piece(std::string_view bytes) = 0;
  virtual void on_end() = 0;
};

}  // namespace chat::net
