#include "net/http_exchange.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "http_support.h"

namespace chat::net {
namespace {

using std::chrono::milliseconds;
using test::Answer;
using test::Client;

HttpOptions impatient() {
  HttpOptions options;
  options.head_timeout = milliseconds(300);
  options.keep_alive_timeout = milliseconds(300);
  options.stall_timeout = milliseconds(300);
  options.close_timeout = milliseconds(300);
  return options;
}

struct CountingSource final : BodySource {
  CountingSource(std::size_t its_piece, std::shared_ptr<int> its_pulls)
      : piece(its_piece), pulls(std::move(its_pulls)) {}
  void pull(const HttpExchangePtr& exchange) override {
    ++*pulls;
    exchange->send_piece(SharedBytes(std::string(piece, 's')));
  }
  std::size_t piece;
  std::shared_ptr<int> pulls;
};

class HttpExchangeTest : public testing::Test {
 protected:
  HttpExchangeTest() {
    fixture_.server().add_route({"/", {"GET"}, 0, [](const HttpExchangePtr& exchange) {
                                   exchange->respond(HttpResponse(200), "ok");
                                 }});
    fixture_.server().add_route({"/stream", {"GET"}, 0, [this](const HttpExchangePtr& exchange) {
                                   stream_ = exchange;
                                   exchange->respond_from(
                                       HttpResponse(200), 100 * kPiece,
                                       std::make_unique<CountingSource>(kPiece, pulls_));
                                 }});
    fixture_.server().add_route(
        {"/body", {"POST"}, 10'000'000, [this](const HttpExchangePtr& exchange) {
           exchange_ = exchange;
           if (on_post_) on_post_(exchange);
         }});
  }

  bool gone() { return fixture_.server().size() == 0; }

  static constexpr std::size_t kPiece = 60'000;

  test::HttpFixture fixture_{impatient()};
  std::shared_ptr<int> pulls_ = std::make_shared<int>(0);
  HttpExchangePtr exchange_;
  HttpExchangePtr stream_;
  std::function<void(const HttpExchangePtr&)> on_post_;
};

TEST_F(HttpExchangeTest, ASlowHeadGets408) {
  Client client = fixture_.connect();
  client.send("GET / HTTP/1.1\r\nHos");
  const Answer answer = fixture_.read_answer(client);
  EXPECT_EQ(answer.status, 408);
  EXPECT_EQ(answer.field("Connection"), "close");
}

TEST_F(HttpExchangeTest, AConnectionWithoutARequestGets408) {
  Client client = fixture_.connect();
  EXPECT_EQ(fixture_.read_answer(client).status, 408);
}

TEST_F(HttpExchangeTest, AnUnfinishedTlsHandshakeIsDropped) {
  Client client = fixture_.connect_tls();
  EXPECT_TRUE(test::run_until(fixture_.loop(), [&] { return gone(); }));
}

TEST_F(HttpExchangeTest, TrickledBytesDoNotExtendTheHeadsTime) {
  Client client = fixture_.connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX: ");
  const Timer trickle = fixture_.loop().every(milliseconds(10), [&] { client.send("x"); });
  EXPECT_EQ(fixture_.read_answer(client).status, 408);
}

TEST_F(HttpExchangeTest, AnIdleKeptConnectionIsClosedInSilence) {
  Client client = fixture_.connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(fixture_.read_answer(client).status, 200);
  EXPECT_TRUE(fixture_.until([&] { return client.closed(); }, client));
  EXPECT_EQ(client.received(), "");
  EXPECT_FALSE(client.reset());
}

TEST_F(HttpExchangeTest, TheSecondHeadHasItsOwnTime) {
  Client client = fixture_.connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(fixture_.read_answer(client).status, 200);
  client.send("GET / HT");
  EXPECT_EQ(fixture_.read_answer(client).status, 408);
}

TEST_F(HttpExchangeTest, StreamsAtTheReadersPace) {
  Client client = fixture_.connect();
  client.limit_reading(100);
  client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  fixture_.turn(client, 20);
  const int early = *pulls_;
  EXPECT_GT(early, 0);
  EXPECT_LT(early, 100) << "pieces are asked for as they leave";
  client.limit_reading(SIZE_MAX);
  const Answer answer = fixture_.read_answer(client);
  EXPECT_EQ(answer.body.size(), 100 * kPiece);
  EXPECT_EQ(*pulls_, 100);
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(fixture_.read_answer(client).body, "ok");
}

TEST_F(HttpExchangeTest, AReaderThatStopsIsDroppedAndItsSourceFreed) {
  Client client = fixture_.connect();
  client.limit_reading(0);
  client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(fixture_.until([&] { return *pulls_ > 0; }, client));
  EXPECT_EQ(pulls_.use_count(), 2);
  EXPECT_TRUE(fixture_.until([&] { return gone(); }, client));
  EXPECT_EQ(pulls_.use_count(), 1);
}

TEST_F(HttpExchangeTest, AnAbortedStreamFreesItsSource) {
  Client client = fixture_.connect();
  client.limit_reading(0);
  client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(fixture_.until([&] { return *pulls_ > 0; }, client));
  client.reset_connection();
  EXPECT_TRUE(fixture_.until([&] { return gone(); }, client));
  EXPECT_EQ(pulls_.use_count(), 1);
}

TEST_F(HttpExchangeTest, ASourceThatPromisedTooLittleBreaksOff) {
  Client client = fixture_.connect();
  client.limit_reading(0);
  client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(fixture_.until([&] { return *pulls_ > 0; }, client));
  stream_->send_piece(SharedBytes());
  EXPECT_TRUE(gone());
  EXPECT_EQ(pulls_.use_count(), 1);
}

TEST_F(HttpExchangeTest, ASourceMayAbortWhilePulled) {
  struct Aborting final : BodySource {
    void pull(const HttpExchangePtr& exchange) override { exchange->abort(); }
  };
  fixture_.server().add_route({"/abort", {"GET"}, 0, [](const HttpExchangePtr& exchange) {
                                 exchange->respond_from(HttpResponse(200), 5,
                                                        std::make_unique<Aborting>());
                               }});
  Client client = fixture_.connect();
  client.send("GET /abort HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(fixture_.until([&] { return client.closed(); }, client));
  EXPECT_TRUE(gone());
}

TEST_F(HttpExchangeTest, BodiesArriveWhole) {
  std::string got;
  on_post_ = [&](const HttpExchangePtr& exchange) {
    exchange->read_body([&, exchange](std::string body) {
      got = std::move(body);
      exchange->respond(HttpResponse(201));
    });
  };
  Client client = fixture_.connect();
  const std::string body(1'500'000, 'B');
  client.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1500000\r\n\r\n" + body);
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(fixture_.read_answer(client).status, 201);
  EXPECT_TRUE(got == body);
  EXPECT_EQ(fixture_.read_answer(client).body, "ok") << "what follows a body is the next request";
}

TEST_F(HttpExchangeTest, AnEmptyBodyEndsAtOnce) {
  on_post_ = [](const HttpExchangePtr& exchange) {
    exchange->read_body([exchange](const std::string& body) {
      exchange->respond(HttpResponse(200), "[" + body + "]");
    });
  };
  EXPECT_EQ(fixture_.ask("POST /body HTTP/1.1\r\nHost: x\r\n\r\n").body, "[]");
}

TEST_F(HttpExchangeTest, AClientThatWaitsIsToldToContinue) {
  on_post_ = [](const HttpExchangePtr& exchange) {
    exchange->read_body(
        [exchange](const std::string& body) { exchange->respond(HttpResponse(200), body); });
  };
  Client client = fixture_.connect();
  client.send(
      "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  const std::string proceed = "HTTP/1.1 100 Continue\r\n\r\n";
  ASSERT_TRUE(fixture_.until([&] { return client.received() == proceed; }, client));
  client.take_received();
  client.send("ok");
  EXPECT_EQ(fixture_.read_answer(client).body, "ok");
}

TEST_F(HttpExchangeTest, AnAnswerBeforeTheBodysEndClosesTheConnection) {
  struct Refusing final : BodySink {
    explicit Refusing(HttpExchangePtr its_exchange) : exchange(std::move(its_exchange)) {}
    void on_piece(std::string_view) override { exchange->respond_error(507); }
    void on_end() override { FAIL(); }
    HttpExchangePtr exchange;
  };
  on_post_ = [](const HttpExchangePtr& exchange) {
    exchange->read_body(std::make_unique<Refusing>(exchange));
  };
  Client client = fixture_.connect();
  client.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n" +
              std::string(300'000, 'x'));
  const Answer answer = fixture_.read_answer(client);
  EXPECT_EQ(answer.status, 507);
  EXPECT_EQ(answer.field("Connection"), "close");
  EXPECT_TRUE(fixture_.until([&] { return client.closed(); }, client));
}

TEST_F(HttpExchangeTest, AnAnswerWithTheBodysLastPieceKeepsWhatFollows) {
  struct Answering final : BodySink {
    explicit Answering(HttpExchange& its_exchange) : exchange(its_exchange) {}
    void on_piece(std::string_view) override {
      exchange.respond(HttpResponse(200), std::string(8'000'000, 'a'));
    }
    void on_end() override { FAIL(); }
    HttpExchange& exchange;
  };
  on_post_ = [](const HttpExchangePtr& exchange) {
    exchange->read_body(std::make_unique<Answering>(*exchange));
  };
  Client client = fixture_.connect();
  client.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
  ASSERT_TRUE(fixture_.until([&] { return !client.received().empty(); }, client));
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");  // the answer is still under way
  EXPECT_EQ(fixture_.read_answer(client).body.size(), 8'000'000U);
  EXPECT_EQ(fixture_.read_answer(client).body, "ok");
}

TEST_F(HttpExchangeTest, ASlowBodyGets408) {
  on_post_ = [](const HttpExchangePtr& exchange) {
    exchange->read_body([](const std::string&) { FAIL(); });
  };
  Client client = fixture_.connect();
  client.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nslow");
  EXPECT_EQ(fixture_.read_answer(client).status, 408);
}

TEST_F(HttpExchangeTest, APausedBodyIsNotCalledSlow) {
  struct Pausing final : BodySink {
    explicit Pausing(HttpExchange& its_exchange) : exchange(its_exchange) {}
    void on_piece(std::string_view bytes) override {
      got += bytes.size();
      exchange.pause_body();
    }
    void on_end() override { exchange.respond(HttpResponse(200), std::to_string(got)); }
    HttpExchange& exchange;
    std::size_t got = 0;
  };
  on_post_ = [](const HttpExchangePtr& exchange) {
    exchange->read_body(std::make_unique<Pausing>(*exchange));
  };
  Client client = fixture_.connect();
  client.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n" +
              std::string(400'000, 'x'));
  bool waited = false;
  const Timer wait = fixture_.loop().after(milliseconds(1200), [&] { waited = true; });
  ASSERT_TRUE(fixture_.until([&] { return waited; }, client));
  EXPECT_EQ(client.received(), "");
  ASSERT_TRUE(fixture_.until(
      [&] {
        exchange_->resume_body();
        return !client.received().empty();
      },
      client));
  EXPECT_EQ(fixture_.read_answer(client).body, "400000");
}

TEST_F(HttpExchangeTest, APeerThatLeavesInTheBodyFreesTheSink) {
  const auto token = std::make_shared<int>(0);
  on_post_ = [token](const HttpExchangePtr& exchange) {
    exchange->read_body([token](const std::string&) { FAIL(); });
  };
  Client client = fixture_.connect();
  client.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nhalf");
  ASSERT_TRUE(fixture_.until([&] { return token.use_count() == 3; }, client));
  client.shut_down_writing();
  EXPECT_TRUE(fixture_.until([&] { return gone(); }, client));
  EXPECT_EQ(token.use_count(), 2);
}

TEST_F(HttpExchangeTest, StatusesWithoutABodyHaveNone) {
  fixture_.server().add_route({"/304", {"GET"}, 0, [](const HttpExchangePtr& exchange) {
                                 exchange->respond(HttpResponse(304), "not to be sent");
                               }});
  Client client = fixture_.connect();
  client.send("GET /304 HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const Answer answer = fixture_.read_answer(client);
  EXPECT_EQ(answer.status, 304);
  EXPECT_EQ(answer.field("Content-Length"), "");
  EXPECT_EQ(fixture_.read_answer(client).body, "ok");
}

}  // namespace
}  // namespace chat::net
