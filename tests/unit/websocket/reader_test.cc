#include "websocket/reader.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <string>

#include "websocket/client.h"

namespace chat::websocket {
namespace {

using test::binary_frame;
using test::Client;
using test::client_frame;
using test::Events;
using test::from_hex;
using test::kFin;
using test::Options;
using test::ping_frame;
using test::text_frame;

constexpr int kText = 1;
constexpr int kBinary = 2;

// What comes of `stream`, which must not depend on how it is cut.
test::Outcome outcome_of(const std::string& stream, const Options& options = {}) {
  return test::read_every_way(stream, options, [&](std::size_t cut) {
    ADD_FAILURE() << "differs when cut at " << cut << ": " << testing::PrintToString(stream);
  });
}

TEST(Reader, IsSmallWhileIdle) {
  EXPECT_LE(sizeof(Reader), 64u);
  Client client;
  client.send(text_frame("hello"));
  EXPECT_FALSE(client.reader.within_message());
}

TEST(Reader, ReadsMessagesOfEveryLengthForm) {
  for (const std::size_t size : {0u, 1u, 3u, 4u, 7u, 8u, 9u, 125u, 126u, 127u, 300u}) {
    const std::string payload(size, 'p');
    EXPECT_EQ(outcome_of(text_frame(payload)).events, Events{"text:" + payload});
    EXPECT_EQ(outcome_of(binary_frame(payload)).events, Events{"binary:" + payload});
  }
  for (const std::size_t size : {65535u, 65536u, 1'000'000u}) {
    const std::string payload(size, 'p');
    for (const std::size_t piece : {997u, 65536u, 2'000'000u}) {
      Client client;
      ASSERT_EQ(client.send_in_pieces(binary_frame(payload), piece), nullptr);
      ASSERT_TRUE(client.sink.events == Events{"binary:" + payload}) << size << " by " << piece;
    }
  }
}

TEST(Reader, HandsOverAWholeMessageWithoutCopyingIt) {
  struct Spy final : Sink {
    Next on_text(std::string_view message) override { return note(message); }
    Next on_binary(std::string_view message) override { return note(message); }
    Next on_binary_chunk(std::string_view, bool, bool) override { return Next::stop; }
    Next on_ping(std::string_view payload) override { return note(payload); }
    Next on_pong(std::string_view payload) override { return note(payload); }
    void on_close(std::uint16_t, std::string_view) override {}
    Next note(std::string_view view) {
      seen.push_back(view.data());
      return Next::proceed;
    }
    std::vector<const char*> seen;
  } spy;
  std::string bytes = text_frame("one") + binary_frame("two") + ping_frame("three");
  Client client;
  ASSERT_EQ(client.reader.feed(bytes, spy), nullptr);
  EXPECT_EQ(spy.seen, (std::vector<const char*>{&bytes[6], &bytes[15], &bytes[24]}));
}

TEST(Reader, JoinsFragmentsWithControlFramesBetween) {
  const std::string stream = client_frame(kText, "frag") + ping_frame("p1") + client_frame(0, "") +
                             client_frame(0x8A, "pong") + client_frame(0, "men") + ping_frame("") +
                             client_frame(kFin, "ts") + binary_frame("next");
  const Events expected{"ping:p1", "pong:pong", "ping:", "text:fragments", "binary:next"};
  EXPECT_EQ(outcome_of(stream), (test::Outcome{expected, 0}));
}

TEST(Reader, EmptyFragmentsMakeAnEmptyMessage) {
  const std::string stream = client_frame(kText, "") + client_frame(0, "") + client_frame(kFin, "");
  EXPECT_EQ(outcome_of(stream).events, Events{"text:"});
}

TEST(Reader, ControlFramesOfTheLargestSize) {
  const std::string payload(125, '\xFE');
  EXPECT_EQ(outcome_of(ping_frame(payload)).events, Events{"ping:" + payload});
  const std::string reason(123, 'r');
  EXPECT_EQ(outcome_of(test::close_frame(1000, reason)).events, Events{"close:1000 " + reason});
}

TEST(Reader, BrokenFramingFailsWith1002) {
  const std::string before = text_frame("before");
  const std::string broken[] = {
      from_hex("81 05 48656c6c6f"),  // not masked
      from_hex("89 00"),
      client_frame(0xC1, "x"),  // RSV1 without deflate
      client_frame(0xA1, "x"),  // RSV2
      client_frame(0x91, "x"),  // RSV3
      client_frame(0x83, "x"),  // opcodes
      client_frame(0x87, ""),
      client_frame(0x8B, "x"),
      client_frame(0x8F, ""),
      client_frame(0x09, "x"),                       // fragmented ping
      client_frame(0x08, ""),                        // fragmented close
      client_frame(0x89, std::string(126, 'x')),     // long ping
      client_frame(0x88, std::string(126, '\x03')),  // long close
      client_frame(kFin, "x"),                       // continuation of nothing
      client_frame(0, "x"),
      client_frame(kText, "x") + text_frame("y"),  // message within a message
      client_frame(kText, "x") + client_frame(kBinary, "y"),
      client_frame(kText, "x") + client_frame(kFin, "y") + client_frame(kFin, "z"),
      from_hex("82 ff 8000000000000000 00000000 00"),  // high bit of the length
      from_hex("82 fe 0001 00000000 00"),              // length not minimal
  };
  for (const std::string& frames : broken) {
    const test::Outcome outcome = outcome_of(before + frames + text_frame("after"));
    EXPECT_EQ(outcome.code, kProtocolError) << testing::PrintToString(frames);
    EXPECT_EQ(outcome.events[0], "text:before");
    for (const std::string& event : outcome.events) EXPECT_NE(event, "text:after");
  }
}

TEST(Reader, CloseCodes) {
  EXPECT_EQ(outcome_of(client_frame(0x88, "")).events, Events{"close:1005 "});
  EXPECT_EQ(outcome_of(client_frame(0x88, "\x03")).code, kProtocolError);
  for (int code = 0; code <= 0xFFFF; code += code < 1020 ? 1 : 17) {
    Client client;
    const Failure* failed = client.send(test::close_frame(code, "why"));
    if (may_be_sent(static_cast<std::uint16_t>(code))) {
      EXPECT_EQ(failed, nullptr) << code;
      EXPECT_EQ(client.sink.events, Events{"close:" + std::to_string(code) + " why"});
    } else {
      EXPECT_EQ(failed, &failure::kBadCloseCode) << code;
      EXPECT_TRUE(client.sink.events.empty());
    }
  }
  EXPECT_EQ(outcome_of(test::close_frame(1000, "\xCE\xBA\xE1\xBD")).code, kInvalidData);
  EXPECT_EQ(outcome_of(test::close_frame(1000, "\xED\xA0\x80")).code, kInvalidData);
}

TEST(Reader, NothingIsReadBehindAClose) {
  const std::string stream = test::close_frame(1000) + text_frame("late") + from_hex("ff ff ff");
  EXPECT_EQ(outcome_of(stream), (test::Outcome{{"close:1000 "}, 0}));
  Client within;
  within.send(client_frame(kText, "unfinished") + test::close_frame(1001));
  EXPECT_FALSE(within.reader.within_message());
  EXPECT_EQ(within.sink.events, Events{"close:1001 "});
}

TEST(Reader, NothingIsReadBehindAFailure) {
  Client client;
  EXPECT_EQ(client.send(from_hex("83")), &failure::kReservedOpcode);
  EXPECT_EQ(client.send(text_frame("late")), nullptr);
  EXPECT_TRUE(client.sink.events.empty());
}

TEST(Reader, ASinkThatStopsHearsNoMore) {
  const std::string stream = text_frame("1") + binary_frame("2") + ping_frame("3") +
                             client_frame(0x8A, "4") + client_frame(kText, "5") +
                             client_frame(kFin, "") + from_hex("83");
  for (std::size_t stop = 1; stop <= 5; ++stop) {
    for (const std::size_t piece : {1u, 100u}) {
      Client client;
      client.sink.stop_after = stop;
      EXPECT_EQ(client.send_in_pieces(stream, piece), nullptr);
      EXPECT_EQ(client.sink.events.size(), stop);
      EXPECT_FALSE(client.reader.within_message());
    }
  }
}

TEST(Reader, StreamsBinaryMessages) {
  Options options;
  options.mode = BinaryMode::streamed;
  options.limits.max_message = 4;
  EXPECT_EQ(outcome_of(binary_frame("a whole file"), options).events,
            (Events{"first:", "last:a whole file"}));
  EXPECT_EQ(outcome_of(binary_frame(""), options).events, (Events{"first:", "last:"}));
  const std::string fragments = client_frame(kBinary, "") + client_frame(0, "a whole") +
                                ping_frame("!") + client_frame(kFin, " file") + text_frame("text");
  const test::Outcome outcome = outcome_of(fragments + text_frame("long text"), options);
  EXPECT_EQ(outcome.code, kTooBig);
  EXPECT_EQ(outcome.events.back(), "text:text");
}

TEST(Reader, AStreamedMessageIsNotBuffered) {
  Options options;
  options.mode = BinaryMode::streamed;
  Client client(options);
  const std::string start = binary_frame(std::string(10 << 20, 'f')).substr(0, 14);
  ASSERT_EQ(client.send(start), nullptr);
  const std::size_t before = mallinfo2().uordblks;
  std::string piece(64 << 10, 'f');
  for (int i = 0; i < 100; ++i) {
    client.sink.streamed.clear();
    ASSERT_EQ(client.reader.feed(piece, client.sink), nullptr);
  }
  client.sink.streamed = {};
  EXPECT_LT(mallinfo2().uordblks, before + (200 << 10));
}

}  // namespace
}  // namespace chat::websocket
