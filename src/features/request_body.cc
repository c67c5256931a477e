#include "features/request_body.h"

#include <utility>

#include "net/event_loop.h"

namespace chat::features {
namespace {

// Bytes that may wait to be taken before the peer is held.
constexpr std::size_t kMostPending = 256 * 1024;

}  // namespace

class RequestBody::Sink final : public net::BodySink {
 public:
  explicit Sink(std::shared_ptr<RequestBody> body) : body_(std::move(body)) {}
  ~Sink() override { body_->end(true); }

  void on_piece(std::string_view bytes) override { body_->take(bytes); }
  void on_end() override { body_->end(false); }

 private:
  std::shared_ptr<RequestBody> body_;
};

std::shared_ptr<RequestBody> RequestBody::of(const net::HttpExchangePtr& exchange) {
  auto body = std::make_shared<RequestBody>();
  body->exchange_ = exchange;
  exchange->read_body(std::make_unique<Sink>(body));
  return body;
}

coro::Task<std::string> RequestBody::next() {
  while (pending_.empty() && !ended_) {
    coro::Completion<bool> arrival;
    waiting_ = &arrival;
    co_await arrival;
  }
  std::string piece = std::exchange(pending_, std::string());
  if (std::exchange(holding_, false)) {
    if (const auto exchange = exchange_.lock()) exchange->resume_body();
  }
  co_return piece;
}

void RequestBody::take(std::string_view bytes) {
  if (pending_.empty()) pending_.reserve(kMostPending + net::EventLoop::kReadBufferSize);
  pending_ += bytes;
  if (!holding_ && pending_.size() > kMostPending) {
    holding_ = true;
    if (const auto exchange = exchange_.lock()) exchange->pause_body();
  }
  wake();
}

void RequestBody::end(bool broken) {
  if (std::exchange(ended_, true)) return;
  broken_ = broken;
  wake();
}

void RequestBody::wake() {
  if (waiting_ != nullptr) std::exchange(waiting_, nullptr)->complete(true);
}

}  // namespace chat::features
