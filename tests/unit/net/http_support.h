// An HTTP server with clients, for tests.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/http_server.h"
#include "support.h"

namespace chat::net::test {

struct Answer {
  int status = 0;  // 0: none came
  std::string head;
  std::string body;

  // The value of a field, empty when there is none.
  std::string field(const std::string& name) const;
};

class HttpFixture {
 public:
  explicit HttpFixture(const HttpOptions& options = {});

  HttpServer& server() { return *server_; }
  EventLoop& loop() { return loop_; }
  const SharedCounters& counters() const { return counters_; }
  void destroy_server() { server_.reset(); }

  Client connect();
  Client connect_tls();

  bool until(const std::function<bool()>& done, Client& client);
  void turn(Client& client, int times);

  // Takes the next answer off what the client received; `with_body` false for answers to HEAD.
  Answer read_answer(Client& client, bool with_body = true);

  // Sends a request on a connection of its own and reads the answer.
  Answer ask(const std::string& request);

 private:
  Client open(const TlsContext* tls);

  TempFolder folder_;
  TicketKeys keys_;
  TlsContext tls_{make_certificate(folder_), keys_, std::chrono::hours(1)};
  SharedCounters counters_{1};
  EventLoop loop_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace chat::net::test
