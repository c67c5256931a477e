#include "net/http_server.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>

#include "http_support.h"
#include "support.h"

namespace chat::net {
namespace {

using std::chrono::milliseconds;
using test::Answer;
using test::Client;

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    server().add_route({"/hello", {"GET"}, 0, [](const HttpExchangePtr& exchange) {
                          HttpResponse response(200);
                          exchange->respond(response.add("X-Route", "hello"), "hi there");
                        }});
    server().add_route({"/later", {"GET", "POST"}, 10, [this](const HttpExchangePtr& exchange) {
                          waiting_ = exchange;
                        }});
    server().add_route({"/echo", {"POST"}, 200'000, [](const HttpExchangePtr& exchange) {
                          exchange->read_body([exchange](const std::string& body) {
                            exchange->respond(HttpResponse(200), body);
                          });
                        }});
    server().add_route({"/folder/", {"GET"}, 0, [](const HttpExchangePtr& exchange) {
                          exchange->respond(HttpResponse(200), exchange->request().path());
                        }});
    server().add_route({"/folder/special", {"GET"}, 0, [](const HttpExchangePtr& exchange) {
                          exchange->respond(HttpResponse(200), "special");
                        }});
  }

  HttpServer& server() { return fixture_.server(); }
  EventLoop& loop() { return fixture_.loop(); }

  test::HttpFixture fixture_;
  HttpExchangePtr waiting_;
};

TEST_F(HttpServerTest, AnswersARoute) {
  Client client = fixture_.connect();
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  const Answer answer = fixture_.read_answer(client);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "hi there");
  EXPECT_EQ(answer.field("X-Route"), "hello");
  EXPECT_EQ(answer.field("Content-Length"), "8");
  EXPECT_EQ(answer.field("X-Content-Type-Options"), "nosniff");
  EXPECT_NE(answer.field("Content-Security-Policy"), "");
  EXPECT_NE(answer.field("Date"), "");
  EXPECT_EQ(answer.field("Connection"), "") << "kept alive";
}

TEST_F(HttpServerTest, KeepsTheConnectionForTheNextRequest) {
  Client client = fixture_.connect();
  for (int i = 0; i < 5; ++i) {
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(fixture_.read_answer(client).status, 200);
  }
  EXPECT_EQ(server().size(), 1U);
}

TEST_F(HttpServerTest, AnswersAPipelineInOrder) {
  Client client = fixture_.connect();
  client.send(
      "GET /folder/1 HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\ntwo"
      "GET /folder/3 HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /folder/4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
      "GET /folder/5 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(fixture_.read_answer(client).body, "/folder/1");
  EXPECT_EQ(fixture_.read_answer(client).body, "two");
  EXPECT_EQ(fixture_.read_answer(client).body, "/folder/3");
  const Answer last = fixture_.read_answer(client);
  EXPECT_EQ(last.body, "/folder/4");
  EXPECT_EQ(last.field("Connection"), "close");
  EXPECT_TRUE(fixture_.until([&] { return client.closed(); }, client));
  EXPECT_EQ(client.received(), "") << "nothing after Connection: close";
}

TEST_F(HttpServerTest, APipelineWaitsForALateAnswer) {
  Client client = fixture_.connect();
  client.send(
      "GET /later HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(fixture_.until([&] { return waiting_ != nullptr; }, client));
  fixture_.turn(client, 5);
  EXPECT_EQ(client.received(), "");
  waiting_->respond(HttpResponse(200), "late");
  EXPECT_EQ(fixture_.read_answer(client).body, "late");
  EXPECT_EQ(fixture_.read_answer(client).body, "hi there");
}

TEST_F(HttpServerTest, RequestsSplitAnywhereAreTheSame) {
  const std::string request = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    Client client = fixture_.connect();
    client.send(request.substr(0, cut));
    fixture_.turn(client, 1);
    client.send(request.substr(cut));
    const Answer answer = fixture_.read_answer(client);
    ASSERT_EQ(answer.status, 200) << cut;
    ASSERT_EQ(answer.body, "hello") << cut;
  }
}

TEST_F(HttpServerTest, RefusalsHaveTheRightStatus) {
  const struct {
    std::string request;
    int status;
    bool closes;
  } cases[] = {
      {"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404, false},
      {"GET /hello/ HTTP/1.1\r\nHost: x\r\n\r\n", 404, false},
      {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 404, false},
      {"POST /hello HTTP/1.1\r\nHost: x\r\n\r\n", 405, false},
      {"BREW /hello HTTP/1.1\r\nHost: x\r\n\r\n", 405, false},
      {"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 405, false},
      {"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 405, false},
      {"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n", 405, false},
      {"GET /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx", 413, true},
      {"POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n", 413, true},
      {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411, true},
      {"GET /hello HTTP/1.1\r\n\r\n", 400, true},
      {"GET /hello HTTP/3.0\r\nHost: x\r\n\r\n", 505, true},
      {"GET /hello HTTP/1.1\nHost: x\n\n", 400, true},
      {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414, true},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(20'000, 'a') + "\r\n\r\n", 431, true},
      {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501, true},
      {"POST /echo HTTP/1.1\r\nHost: x\r\nExpect: x\r\n\r\n", 417, true},
  };
  for (const auto& [request, status, closes] : cases) {
    Client client = fixture_.connect();
    client.send(request);
    const Answer answer = fixture_.read_answer(client);
    EXPECT_EQ(answer.status, status) << request.substr(0, 80);
    EXPECT_EQ(answer.field("Connection") == "close", closes) << request.substr(0, 80);
    EXPECT_NE(answer.body.find(std::to_string(status)), std::string::npos);
    if (closes) {
      EXPECT_TRUE(fixture_.until([&] { return client.closed(); }, client));
      EXPECT_FALSE(client.reset()) << request.substr(0, 80);
    } else {
      client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
      EXPECT_EQ(fixture_.read_answer(client).status, 200);
    }
  }
}

TEST_F(HttpServerTest, MethodNotAllowedNamesTheAllowedOnes) {
  Client client = fixture_.connect();
  client.send("DELETE /later HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(fixture_.read_answer(client).field("Allow"), "GET, HEAD, POST");
}

TEST_F(HttpServerTest, TheLongestRouteWins) {
  Client client = fixture_.connect();
  client.send("GET /folder/special HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(fixture_.read_answer(client).body, "special");
  client.send("GET /folder/specials HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(fixture_.read_answer(client).body, "/folder/specials");
}

TEST_F(HttpServerTest, HeadGetsTheHeadOnly) {
  Client client = fixture_.connect();
  client.send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  const Answer answer = fixture_.read_answer(client, false);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("Content-Length"), "8");
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(fixture_.read_answer(client).body, "hi there") << "no body came in between";
}

TEST_F(HttpServerTest, Http10ClosesUnlessAsked) {
  Client client = fixture_.connect();
  client.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(fixture_.read_answer(client).field("Connection"), "close");
  EXPECT_TRUE(fixture_.until([&] { return client.closed(); }, client));

  Client keeper = fixture_.connect();
  keeper.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(fixture_.read_answer(keeper).field("Connection"), "keep-alive");
  keeper.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(fixture_.read_answer(keeper).status, 200);
}

TEST_F(HttpServerTest, AHalfClosedClientGetsItsAnswer) {
  Client client = fixture_.connect();
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  client.pump();
  client.shut_down_writing();
  EXPECT_EQ(fixture_.read_answer(client).body, "hi there");
  EXPECT_TRUE(fixture_.until([&] { return server().size() == 0; }, client));
}

TEST_F(HttpServerTest, AClientThatLeavesIsForgottenAndItsLateAnswerHarmless) {
  std::optional<Client> client = fixture_.connect();
  client->send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(fixture_.until([&] { return waiting_ != nullptr; }, *client));
  client->reset_connection();
  EXPECT_TRUE(fixture_.until([&] { return server().size() == 0; }, *client));
  EXPECT_FALSE(waiting_->waiting_for_answer());
  waiting_->respond(HttpResponse(200), "late");
  waiting_->respond_error(500);
  waiting_->respond_from(HttpResponse(200), 10, nullptr);
  waiting_->send_piece(SharedBytes("x"));
  waiting_->read_body([](const std::string&) { FAIL(); });
  waiting_->pause_body();
  waiting_->resume_body();
  waiting_->abort();
  EXPECT_EQ(waiting_->upgrade().connection, nullptr);
}

TEST_F(HttpServerTest, OnlyTheFirstAnswerCounts) {
  Client client = fixture_.connect();
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(fixture_.until([&] { return waiting_ != nullptr; }, client));
  waiting_->respond(HttpResponse(200), "one");
  waiting_->respond(HttpResponse(200), "two");
  EXPECT_EQ(fixture_.read_answer(client).body, "one");
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(fixture_.read_answer(client).body, "hi there");
}

TEST_F(HttpServerTest, TheServerMayGoWhileAnAnswerIsOwed) {
  Client client = fixture_.connect();
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(fixture_.until([&] { return waiting_ != nullptr; }, client));
  fixture_.destroy_server();
  waiting_->respond(HttpResponse(200), "late");
  EXPECT_TRUE(fixture_.until([&] { return client.closed(); }, client));
}

TEST_F(HttpServerTest, DrainingClosesTheIdleAndFinishesTheRest) {
  Client idle = fixture_.connect();
  idle.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(fixture_.read_answer(idle).status, 200);
  Client busy = fixture_.connect();
  busy.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(fixture_.until([&] { return waiting_ != nullptr; }, busy));
  server().drain(false);
  EXPECT_TRUE(fixture_.until([&] { return idle.closed(); }, idle));
  waiting_->respond(HttpResponse(200), "late");
  const Answer answer = fixture_.read_answer(busy);
  EXPECT_EQ(answer.body, "late");
  EXPECT_EQ(answer.field("Connection"), "close");
  EXPECT_TRUE(fixture_.until([&] { return busy.closed(); }, busy));
}

TEST_F(HttpServerTest, UpgradesHandOverTheConnectionAndWhatFollows) {
  struct Taker final : ConnectionHandler {
    void on_data(std::span<char> bytes) override { received.append(bytes.data(), bytes.size()); }
    void on_closed(CloseCause) override { closed = true; }
    std::string received;
    bool closed = false;
  } taker;
  ConnectionPtr connection;
  server().set_upgrade([&](const HttpExchangePtr& exchange) {
    if (exchange->request().path() == "/no") return exchange->respond_error(403);
    Upgraded upgraded = exchange->upgrade();
    EXPECT_EQ(exchange->request().path(), "/any/path") << "still there to be read";
    connection = std::move(upgraded.connection);
    connection->set_handler(taker);
    taker.received = upgraded.leftover;
    connection->send(SharedBytes("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
  });
  Client client = fixture_.connect();
  client.send("GET /no HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_EQ(fixture_.read_answer(client).status, 403);
  client.send("GET /any/path HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\nframes");
  ASSERT_TRUE(fixture_.until([&] { return taker.received == "frames"; }, client));
  EXPECT_EQ(server().size(), 0U);
  client.send(" and more");
  ASSERT_TRUE(fixture_.until([&] { return taker.received == "frames and more"; }, client));
  EXPECT_EQ(client.received(), "HTTP/1.1 101 Switching Protocols\r\n\r\n");
  client.shut_down_writing();
  ASSERT_TRUE(fixture_.until([&] { return taker.closed; }, client));
}

TEST(HttpTlsTest, ServesOverTls) {
  test::HttpFixture fixture;
  fixture.server().add_route({"/", {"GET"}, 0, [](const HttpExchangePtr& exchange) {
                                EXPECT_TRUE(exchange->is_tls());
                                exchange->respond(HttpResponse(200), std::string(100'000, 't'));
                              }});
  Client client = fixture.connect_tls();
  client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(fixture.read_answer(client).body.size(), 100'000U);
  EXPECT_TRUE(fixture.until([&] { return client.closed(); }, client));
  EXPECT_TRUE(client.got_close_notify());
}

}  // namespace
}  // namespace chat::net
