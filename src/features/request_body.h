// The body of an HTTP request, awaited piece by piece; the peer is held while the pieces are not
// taken.
//
// Shared by the coroutine that awaits and by the exchange's sink.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "coro/completion.h"
#include "coro/task.h"
#include "net/http_exchange.h"

namespace chat::features {

class RequestBody {
 public:
  // Begins to read it.
  static std::shared_ptr<RequestBody> of(const net::HttpExchangePtr& exchange);

  // The next piece, of some hundreds of KiB at most; empty at the end.
  coro::Task<std::string> next();

  // The end came too early: the peer is gone, or was too slow.
  bool broken() const { return broken_; }

 private:
  class Sink;

  void take(std::string_view bytes);
  void end(bool broken);
  void wake();

  std::weak_ptr<net::HttpExchange> exchange_;
  std::string pending_;
  bool ended_ = false;
  bool broken_ = false;
  bool holding_ = false;                       // the peer is held
  coro::Completion<bool>* waiting_ = nullptr;  // for the next piece
};

}  // namespace chat::features
