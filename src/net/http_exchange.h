// HTTP on one connection: reads requests, hands each to its route, sends the answers in order.
//
// Shared by the server's list, which holds it while the connection lives, and by routes that answer
// later (after Redis, after a file was read). Every call is safe after the peer has gone: it then
// does nothing. Requests of a pipeline wait until the one before is answered.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/shared_bytes.h"
#include "base/unique_fd.h"
#include "net/connection.h"
#include "net/http_body.h"
#include "net/http_request_parser.h"
#include "net/http_response.h"

namespace chat::net {

class HttpServer;

// A connection about to become a WebSocket.
struct Upgraded {
  ConnectionPtr connection;  // the new owner calls set_handler() within the same turn
  std::string leftover;      // bytes that came behind the request's head
};

class HttpExchange final : public ConnectionHandler,
                           public std::enable_shared_from_this<HttpExchange> {
 public:
  explicit HttpExchange(HttpServer& server);
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  // The request being answered; valid until the answer is complete.
  const HttpRequest& request() const { return request_; }
  const IpAddress& peer() const { return peer_; }
  bool is_tls() const { return tls_; }

  // False once the peer is gone, an answer begun, or the connection upgraded.
  bool waiting_for_answer() const { return stage_ == Stage::handling; }

  // Whether the next piece of an answer is awaited from its source, which lives as long.
  bool is_sending() const { return stage_ == Stage::sending; }

  // A complete answer. Content-Length, Date, Connection and the security headers are added here; a
  // HEAD request gets no body.
  void respond(const HttpResponse& response, std::string_view body = {});

  // A short plain-text page of the status, its reason and `detail`.
  void respond_error(int status, std::string_view detail = {});
  void respond_error(HttpResponse response, std::string_view detail = {});

  // An answer of `length` bytes that `source` brings piece by piece.
  void respond_from(const HttpResponse& response, std::uint64_t length,
                    std::unique_ptr<BodySource> source);

  // The next piece of that answer, not empty and within its length.
  void send_piece(SharedBytes piece);

  // For a source that writes its pieces itself, from another thread: as Connection::own_socket().
  UniqueFd own_socket() const;

  // As send_piece(), of `count` bytes that were written there, perhaps none when it is `blocked`.
  void note_written(std::size_t count, bool blocked);

  // Breaks the connection off, as when a promised length cannot be kept.
  void abort();

  // Takes the request's body, of request().content_length() bytes; before, none of it is read.
  // "100 Continue" is sent where the client waits for it. An empty body ends within the call. The
  // sink lives until the answer is complete or the peer gone.
  void read_body(std::unique_ptr<BodySink> sink);

  // The same for a body that fits in memory: the route's max_body bounds it.
  void read_body(std::function<void(std::string body)> complete);

  // Backpressure for a sink. A peer is not called slow meanwhile.
  void pause_body();
  void resume_body();

  // Lets go of the connection: the exchange is over.
  Upgraded upgrade();

 private:
  friend class HttpServer;

  // reading_head -> handling -> [sending ->] finishing -> reading_head or closing; any -> over.
  enum class Stage : std::uint8_t {
    reading_head,
    handling,   // the route has not answered yet
    sending,    // a BodySource is at work
    finishing,  // the whole answer is queued
    closing,    // the connection is being closed
    over,
  };

  // `surplus`: this connection is one too many, and only told so.
  void start(ConnectionPtr connection, bool surplus);
  void on_data(std::span<char> bytes) override;
  void on_drained() override;
  void on_closed(CloseCause cause) override;
  void on_deadline();
  void on_head_timeout();
  void on_stalled_body();
  void on_stalled_reader();

  void read_head(std::span<const char> bytes);
  void next_request();
  void take_body(std::span<const char> bytes);
  void pull();
  void begin_answer(const HttpResponse& response, std::uint64_t length, std::string_view body);
  void advance(std::size_t count);
  void finish_answer();
  void expect_progress(std::uint64_t mark);
  void close_if_idle(bool answer_first);
  void close();
  void leave();

  HttpServer& server_;
  ConnectionPtr connection_;
  IpAddress peer_;
  Stage stage_ = Stage::reading_head;
  bool tls_ = false;
  bool surplus_ = false;  // every request is answered with 503
  bool served_ = false;   // a request was answered on this connection
  bool keep_alive_ = true;
  bool body_paused_ = false;
  HttpRequestParser parser_;
  HttpRequest request_;
  std::string leftover_;             // read, but behind the current head or body
  std::uint64_t body_left_ = 0;      // of the request, not yet taken
  std::uint64_t response_left_ = 0;  // of the answer, not yet queued
  std::uint64_t progress_mark_ = 0;  // what had moved when progress was last looked at
  std::shared_ptr<BodySource> source_;
  std::shared_ptr<BodySink> sink_;
  Deadline deadline_ = Deadline::calling<&HttpExchange::on_deadline>(this);
};

}  // namespace chat::net
