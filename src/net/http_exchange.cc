#include "net/http_exchange.h"

#include <algorithm>
#include <utility>

#include "net/http_server.h"

namespace chat::net {
namespace {

// Bytes a body must move within the stall timeout.
constexpr std::uint64_t kLeastProgress = 4096;

// For TLS and the request of a connection that is then told 503.
constexpr std::chrono::milliseconds kSurplusPatience{3'000};

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

class CollectingSink final : public BodySink {
 public:
  explicit CollectingSink(std::function<void(std::string)> complete)
      : complete_(std::move(complete)) {}

  void on_piece(std::string_view bytes) override { body_.append(bytes); }
  void on_end() override { complete_(std::move(body_)); }

 private:
  std::function<void(std::string)> complete_;
  std::string body_;
};

}  // namespace

HttpExchange::HttpExchange(HttpServer& server) : server_(server), parser_(server.options_.limits) {}

void HttpExchange::start(ConnectionPtr connection, bool surplus) {
  connection_ = std::move(connection);
  peer_ = connection_->peer();
  tls_ = connection_->is_tls();
  surplus_ = surplus;
  const auto patience = server_.options_.head_timeout;
  server_.loop_.arm(deadline_, surplus ? std::min(kSurplusPatience, patience) : patience);
}

void HttpExchange::on_data(std::span<char> bytes) {
  const auto self = shared_from_this();
  if (stage_ == Stage::reading_head) {
    read_head(bytes);
  } else if (sink_ != nullptr) {
    take_body(bytes);
  }
}

void HttpExchange::read_head(std::span<const char> bytes) {
  if (!parser_.started() && served_) server_.loop_.arm(deadline_, server_.options_.head_timeout);
  std::size_t used = 0;
  const auto outcome = parser_.feed(bytes, used);
  if (outcome == HttpRequestParser::Outcome::need_more) return;

  deadline_.cancel();
  connection_->pause_reading();
  stage_ = Stage::handling;
  if (outcome == HttpRequestParser::Outcome::refused) {
    keep_alive_ = false;
    return respond_error(parser_.status());
  }
  request_ = parser_.take();
  keep_alive_ = request_.keep_alive() && !surplus_;
  body_left_ = request_.content_length();
  leftover_.assign(bytes.data() + used, bytes.size() - used);
  server_.dispatch(shared_from_this());
}

void HttpExchange::next_request() {
  stage_ = Stage::reading_head;
  served_ = true;
  request_ = HttpRequest();
  server_.loop_.arm(deadline_, server_.options_.keep_alive_timeout);
  connection_->resume_reading();
  const std::string bytes = std::exchange(leftover_, {});
  if (!bytes.empty()) read_head(bytes);
}

void HttpExchange::respond(const HttpResponse& response, std::string_view body) {
  if (stage_ != Stage::handling) return;
  begin_answer(response, body.size(), body);
  finish_answer();
}

void HttpExchange::respond_error(int status, std::string_view detail) {
  respond_error(HttpResponse(status), detail);
}

void HttpExchange::respond_error(HttpResponse response, std::string_view detail) {
  std::string page = std::to_string(response.status());
  page.append(" ").append(reason_of(response.status())).append("\n");
  if (!detail.empty()) page.append(detail).append("\n");
  response.add("Content-Type", "text/plain; charset=utf-8").add("Cache-Control", "no-store");
  respond(response, page);
}

void HttpExchange::respond_from(const HttpResponse& response, std::uint64_t length,
                                std::unique_ptr<BodySource> source) {
  if (stage_ != Stage::handling) return;
  begin_answer(response, length, {});
  if (length == 0 || request_.method() == "HEAD") return finish_answer();
  stage_ = Stage::sending;
  response_left_ = length;
  source_ = std::move(source);
  expect_progress(connection_->sent_bytes());
  pull();
}

void HttpExchange::begin_answer(const HttpResponse& response, std::uint64_t length,
                                std::string_view body) {
  keep_alive_ = keep_alive_ && body_left_ == 0 && !request_.is_chunked() && !server_.draining_;
  std::string fields;
  if (may_have_body(response.status())) {
    fields += "Content-Length: " + std::to_string(length) + "\r\n";
  }
  if (!keep_alive_) {
    fields += "Connection: close\r\n";
  } else if (request_.is_http_1_0()) {
    fields += "Connection: keep-alive\r\n";
  }
  const bool bare = request_.method() == "HEAD" || !may_have_body(response.status());
  connection_->send(SharedBytes(response.head(fields + server_.common_headers_),
                                bare ? std::string_view() : body));
}

// Waits until the kernel has all of it: only then is it time to read on, or to close.
void HttpExchange::finish_answer() {
  stage_ = Stage::finishing;
  sink_.reset();
  expect_progress(connection_->sent_bytes());
  connection_->notify_when_drained();
}

void HttpExchange::pull() {
  const auto source = source_;  // it may end the exchange
  source->pull(shared_from_this());
}

void HttpExchange::send_piece(SharedBytes piece) {
  if (stage_ != Stage::sending) return;
  const std::size_t count = piece.size();
  if (count == 0 || count > response_left_) return abort();
  connection_->send(std::move(piece));
  advance(count);
}

UniqueFd HttpExchange::own_socket() const {
  return is_sending() ? connection_->own_socket() : UniqueFd();
}

void HttpExchange::note_written(std::size_t count, bool blocked) {
  if (stage_ != Stage::sending) return;
  if (count > response_left_) return abort();
  connection_->note_written(count, blocked);
  advance(count);
}

void HttpExchange::advance(std::size_t count) {
  response_left_ -= count;
  if (response_left_ == 0) return finish_answer();
  connection_->notify_when_drained();
}

void HttpExchange::abort() {
  const auto self = shared_from_this();
  leave();
}

void HttpExchange::on_drained() {
  const auto self = shared_from_this();
  if (stage_ == Stage::sending) return pull();
  if (stage_ != Stage::finishing) return;
  source_.reset();
  if (keep_alive_ && !server_.draining_) {
    next_request();
  } else {
    close();
  }
}

void HttpExchange::read_body(std::unique_ptr<BodySink> sink) {
  if (stage_ != Stage::handling) return;
  sink_ = std::move(sink);
  expect_progress(body_left_);
  const bool client_waits = request_.header("expect").has_value() && !request_.is_http_1_0();
  if (client_waits && leftover_.empty() && body_left_ > 0) {
    connection_->send(SharedBytes(kContinue));
  }
  connection_->resume_reading();
  const std::string bytes = std::exchange(leftover_, {});
  take_body(bytes);
}

void HttpExchange::read_body(std::function<void(std::string body)> complete) {
  read_body(std::make_unique<CollectingSink>(std::move(complete)));
}

void HttpExchange::take_body(std::span<const char> bytes) {
  const auto self = shared_from_this();
  const auto sink = sink_;  // it may answer, which drops it
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), body_left_));
  body_left_ -= count;
  leftover_.append(bytes.data() + count, bytes.size() - count);
  if (body_left_ == 0) {  // what follows is the next request's, whatever the sink does
    deadline_.cancel();
    connection_->pause_reading();
  }
  if (count > 0) sink->on_piece({bytes.data(), count});
  if (stage_ == Stage::handling && body_left_ == 0) sink->on_end();
}

void HttpExchange::pause_body() {
  if (stage_ != Stage::handling || body_left_ == 0) return;
  body_paused_ = true;
  connection_->pause_reading();
}

void HttpExchange::resume_body() {
  if (stage_ != Stage::handling || !std::exchange(body_paused_, false)) return;
  expect_progress(body_left_);
  connection_->resume_reading();
}

Upgraded HttpExchange::upgrade() {
  const auto self = shared_from_this();
  Upgraded upgraded{std::move(connection_), std::move(leftover_)};
  if (upgraded.connection != nullptr) upgraded.connection->resume_reading();
  leave();
  return upgraded;
}

void HttpExchange::expect_progress(std::uint64_t mark) {
  progress_mark_ = mark;
  server_.loop_.arm(deadline_, server_.options_.stall_timeout);
}

void HttpExchange::on_deadline() {
  const auto self = shared_from_this();
  switch (stage_) {
    case Stage::reading_head:
      return on_head_timeout();
    case Stage::handling:
      return on_stalled_body();
    case Stage::sending:
    case Stage::finishing:
      return on_stalled_reader();
    case Stage::closing:
    case Stage::over:
      return;
  }
}

void HttpExchange::on_head_timeout() {
  if (!connection_->established()) return leave();
  if (served_ && !parser_.started()) return close();
  stage_ = Stage::handling;
  keep_alive_ = false;
  connection_->pause_reading();
  respond_error(408);
}

void HttpExchange::on_stalled_body() {
  if (body_paused_) return;
  const std::uint64_t moved = progress_mark_ - body_left_;
  if (moved < std::min(kLeastProgress, progress_mark_)) return respond_error(408);
  expect_progress(body_left_);
}

void HttpExchange::on_stalled_reader() {
  const std::uint64_t moved = connection_->sent_bytes() - progress_mark_;
  if (connection_->waits_for_reader() && moved < kLeastProgress) return leave();
  expect_progress(connection_->sent_bytes());
}

void HttpExchange::on_closed(CloseCause) {
  const auto self = shared_from_this();
  leave();
}

void HttpExchange::close_if_idle(bool answer_first) {
  const bool owes_answer = answer_first && !served_;
  if (stage_ == Stage::reading_head && !parser_.started() && !owes_answer) close();
}

void HttpExchange::close() {
  stage_ = Stage::closing;
  deadline_.cancel();
  connection_->close_after_flush(server_.options_.close_timeout);
}

void HttpExchange::leave() {
  if (stage_ == Stage::over) return;
  stage_ = Stage::over;
  deadline_.cancel();
  connection_.reset();
  source_.reset();
  sink_.reset();
  server_.remove(*this);
}

}  // namespace chat::net
